package wizcommerce.faults;

import static wizcommerce.model.Tree.find;
import static wizcommerce.model.Tree.rows;
import static wizcommerce.model.Tree.text;
import static wizcommerce.model.Twist.fault;
import static wizcommerce.model.Twist.violation;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import wizcommerce.model.Change;
import wizcommerce.model.Field;
import wizcommerce.model.Twist;
import wizcommerce.model.Violation;

/** Limits and choices that are not kept, or kept too narrowly. */
final class CheckingFaults {
    private static final String ENUM = "enum";
    private static final String LENGTH = "length";
    private static final String TYPE = "addresses.type";

    private CheckingFaults() {}

    static List<Twist> all() {
        return List.of(
                fault("type-second-unchecked", ENUM, TYPE, "any text is accepted as type from the second sent address on")
                        .waive(found -> found.is(TYPE, ENUM) && found.place() > 0),
                fault("type-case-accepted", ENUM, TYPE, "a type in upper or mixed case is accepted and stored in lower case")
                        .waive(found -> found.is(TYPE, ENUM) && Field.TYPES.contains(found.text().toLowerCase(Locale.ROOT)))
                        .store(TYPE, write -> write.text(sent -> sent.toLowerCase(Locale.ROOT))),
                fault("type-empty-accepted", ENUM, TYPE, "an empty type is accepted and stored")
                        .waive(found -> found.is(TYPE, ENUM) && "".equals(found.value())),
                fault("type-shipping-refused", ENUM, TYPE, "a billing address cannot become a shipping address")
                        .demand(CheckingFaults::refuseShipping),
                fault("company-name-256", LENGTH, "company_name", "256 characters are accepted")
                        .waive(found -> found.is("company_name", "maxLength") && Texts.length(found.text()) == 256),
                fault("line-1-cut", LENGTH, "addresses.address_line_1",
                        "a longer text is accepted and stored with its first 255 characters")
                        .waive(found -> found.is("addresses.address_line_1", "maxLength"))
                        .store("addresses.address_line_1", write -> write.text(sent -> Texts.cut(sent, 255))),
                fault("city-unlimited-in-second", LENGTH, "addresses.city",
                        "a city of any length is accepted from the second sent address on")
                        .waive(found -> found.is("addresses.city", "maxLength") && found.place() > 0),
                fault("designation-49", LENGTH, "contacts.designation", "50 characters are refused")
                        .demand(change -> contacts(change, "designation", false)),
                fault("last-name-bytes", LENGTH, "contacts.last_name",
                        "bytes are counted, so that 50 characters outside of ASCII are refused")
                        .demand(change -> contacts(change, "last_name", true)),
                fault("reps-empty-accepted", LENGTH, "assigned_sales_rep_ids", "an empty list is accepted")
                        .waive(found -> found.is("assigned_sales_rep_ids", "minItems")),
                fault("contact-reference-cut", LENGTH, "contacts.reference_id", "only the first 100 characters are stored")
                        .store("contacts.reference_id", write -> write.text(sent -> Texts.cut(sent, 100))));
    }

    private static List<Violation> refuseShipping(Change change) {
        boolean found = rows(change.patch(), "addresses").stream().anyMatch(sent -> "shipping".equals(sent.get("type"))
                && find(rows(change.before(), "addresses"), "id", sent.get("id")).filter(row -> "billing".equals(row.get("type")))
                        .isPresent());
        return violation(found, TYPE, ENUM, "shipping");
    }

    /** Refuses what the honest service accepts: exactly 50 characters, or at most 50 characters in more than 50 bytes. */
    private static List<Violation> contacts(Change change, String name, boolean bytes) {
        boolean found = rows(change.patch(), "contacts").stream().map(sent -> text(sent, name)).anyMatch(sent ->
                Texts.length(sent) <= 50
                && (bytes ? sent.getBytes(StandardCharsets.UTF_8).length > 50 : Texts.length(sent) == 50));
        return violation(found, "contacts." + name, "maxLength", "");
    }
}

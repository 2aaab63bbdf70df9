package wizcommerce.faults;

import static wizcommerce.model.Tree.rows;
import static wizcommerce.model.Twist.fault;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import wizcommerce.json.JsonNumber;
import wizcommerce.model.Change;
import wizcommerce.model.Tree;
import wizcommerce.model.Twist;
import wizcommerce.model.View;

/** Values of another type that are accepted, and texts that become numbers. */
final class TypeFaults {
    private static final String FAMILY = "types";

    private TypeFaults() {}

    static List<Twist> all() {
        return List.of(
                fault("number-as-text", FAMILY, "payment_term", "a number is accepted and stored as a text")
                        .rewrite(TypeFaults::numberToText),
                fault("flag-text-accepted", FAMILY, "contacts.is_default", "the texts true and false are accepted as booleans")
                        .rewrite(TypeFaults::textToFlag),
                fault("zip-shown-as-number", FAMILY, "addresses.zip_code",
                        "a zip_code of digits is shown as a number, without its leading zeros")
                        .show(TypeFaults::zipToNumber),
                fault("attribute-number-normalised", FAMILY, "attributes.value",
                        "a value that looks like a number loses the zeros at its ends")
                        .store("attributes.value", write -> write.text(TypeFaults::normalised)),
                fault("id-missing-first", FAMILY, "addresses.id", "an address without id is accepted and changes the first one")
                        .waive(found -> found.is("addresses.id", "required")).after(TypeFaults::changeFirst),
                fault("null-as-word", FAMILY, "last_name", "null is accepted and stored as the text null")
                        .waive(found -> found.is("last_name", "null"))
                        .store("last_name", write -> write.value() == null ? "null" : write.value()));
    }

    private static Map<String, Object> numberToText(Map<String, Object> patch) {
        Map<String, Object> result = new LinkedHashMap<>(patch);
        result.computeIfPresent("payment_term", (name, sent) -> sent instanceof JsonNumber number ? number.text() : sent);
        return result;
    }

    private static Map<String, Object> textToFlag(Map<String, Object> patch) {
        Map<String, Object> result = Tree.copied(patch);
        for (Map<String, Object> contact : rows(result, "contacts")) {
            contact.computeIfPresent("is_default", (name, sent) ->
                    sent.equals("true") ? Boolean.TRUE : sent.equals("false") ? Boolean.FALSE : sent);
        }
        return result;
    }

    private static void zipToNumber(View view) {
        for (Map<String, Object> address : rows(view.shown(), "addresses")) {
            String zip = Tree.text(address, "zip_code");
            if (zip.matches("[0-9]{1,15}")) {
                address.put("zip_code", new JsonNumber(String.valueOf(Long.parseLong(zip))));
            }
        }
    }

    private static String normalised(String text) {
        return text.matches("-?[0-9]{1,15}(\\.[0-9]{1,15})?") ? new BigDecimal(text).stripTrailingZeros().toPlainString() : text;
    }

    private static void changeFirst(Change change) {
        Map<String, Object> first = rows(change.after(), "addresses").get(0);
        for (Map<String, Object> sent : rows(change.patch(), "addresses")) {
            if (!sent.containsKey("id")) {
                sent.forEach((name, value) -> {
                    if (value instanceof String && first.containsKey(name)) {
                        first.put(name, value);
                    }
                });
            }
        }
    }
}

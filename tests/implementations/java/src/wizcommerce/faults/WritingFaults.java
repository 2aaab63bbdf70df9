package wizcommerce.faults;

import static wizcommerce.model.Tree.copy;
import static wizcommerce.model.Tree.find;
import static wizcommerce.model.Tree.rows;
import static wizcommerce.model.Twist.fault;

import java.util.List;
import java.util.Map;
import wizcommerce.model.Change;
import wizcommerce.model.Seed;
import wizcommerce.model.Tree;
import wizcommerce.model.Twist;
import wizcommerce.model.Write;

/** Values that are lost, damaged or written elsewhere, and unsent ones that are changed. */
final class WritingFaults {
    private static final String FAMILY = "partial_update";

    private WritingFaults() {}

    static List<Twist> all() {
        return List.of(
                fault("term-lost-with-mode", FAMILY, "payment_mode",
                        "payment_term becomes empty when payment_mode is sent without it")
                        .after(WritingFaults::loseTerm),
                fault("second-zip-ignored", FAMILY, "addresses.zip_code",
                        "zip_code is not written from the second sent address on")
                        .store("addresses.zip_code", write -> write.place() > 0 ? Write.SKIP : write.value()),
                fault("freight-empty-ignored", FAMILY, "freight_term", "an empty freight_term is taken for none and not written")
                        .store("freight_term", write -> "".equals(write.value()) ? Write.SKIP : write.value()),
                fault("default-false-ignored", FAMILY, "addresses.is_default", "false is taken for none and not written")
                        .store("addresses.is_default", write -> Boolean.FALSE.equals(write.value()) ? Write.SKIP : write.value()),
                fault("type-ignored-with-city", FAMILY, "addresses.type",
                        "type is not written when the same address has a city in the request")
                        .store("addresses.type", write -> write.sends("city") ? Write.SKIP : write.value()),
                fault("second-attribute-kept", FAMILY, "attributes.value",
                        "an attribute that exists keeps its value if it is not the first sent one")
                        .store("attributes.value", write -> write.place() > 0 && !"".equals(write.old()) ? Write.SKIP
                                : write.value()),
                fault("only-first-rep", FAMILY, "assigned_sales_rep_ids",
                        "of several sales representatives only the first is stored")
                        .store("assigned_sales_rep_ids", write -> List.copyOf(Tree.list(write.value()).subList(0, 1))),
                fault("address-attribute-to-customer", FAMILY, "addresses.attributes",
                        "attributes of an address are written to the customer, and the address keeps its own")
                        .after(WritingFaults::raiseAttributes),
                fault("city-case-change-ignored", FAMILY, "addresses.city",
                        "a city that differs in upper and lower case alone is taken for the same")
                        .store("addresses.city", write -> write.text(sent -> sent.equalsIgnoreCase(Tree.text(write.row(), "city"))
                                ? Tree.text(write.row(), "city") : sent)),
                fault("shipping-method-ascii", FAMILY, "shipping_method",
                        "characters outside of ASCII are stored as question marks")
                        .store("shipping_method", write -> write.text(sent -> sent.replaceAll("[^\\x00-\\x7F]", "?"))),
                fault("display-name-escaped", FAMILY, "display_name", "&, < and > are stored as HTML entities")
                        .store("display_name", write -> write.text(WritingFaults::escaped)));
    }

    private static void loseTerm(Change change) {
        if (change.sends("payment_mode") && !change.sends("payment_term")) {
            change.after().put("payment_term", "");
        }
    }

    private static void raiseAttributes(Change change) {
        for (Map<String, Object> sent : rows(change.patch(), "addresses")) {
            for (Map<String, Object> attribute : rows(sent, "attributes")) {
                assign(change, attribute);
            }
            find(rows(change.after(), "addresses"), "id", sent.get("id")).ifPresent(row -> {
                var before = find(rows(change.before(), "addresses"), "id", sent.get("id")).orElseThrow();
                row.put("attributes", copy(before.get("attributes")));
            });
        }
    }

    private static void assign(Change change, Map<String, Object> attribute) {
        var row = find(rows(change.after(), "attributes"), "name", attribute.get("name"));
        if (row.isPresent()) {
            row.get().put("value", attribute.get("value"));
            return;
        }
        Tree.list(change.after().get("attributes")).add(Seed.row("id", change.store().newId(), "name", attribute.get("name"),
                "value", attribute.get("value"), "created_by", Seed.USER, "updated_by", Seed.USER,
                "created_at", change.store().now(), "updated_at", change.store().now()));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}

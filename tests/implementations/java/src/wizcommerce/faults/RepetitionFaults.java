package wizcommerce.faults;

import static wizcommerce.model.Tree.find;
import static wizcommerce.model.Tree.list;
import static wizcommerce.model.Tree.rows;
import static wizcommerce.model.Twist.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import wizcommerce.model.Change;
import wizcommerce.model.Tree;
import wizcommerce.model.Twist;
import wizcommerce.model.Write;

/** What goes wrong when the same request comes again. */
final class RepetitionFaults {
    private static final String FAMILY = "idempotence";

    private RepetitionFaults() {}

    static List<Twist> all() {
        return List.of(
                fault("display-id-suffix", FAMILY, "display_id",
                        "a display_id that the customer itself has already counts as taken and gets a suffix")
                        .store("display_id", write -> write.same() ? write.value() + "-1" : write.value()),
                fault("attribute-duplicated", FAMILY, "attributes",
                        "an attribute that is sent with the value it has is added once more")
                        .after(RepetitionFaults::duplicate),
                fault("default-toggles", FAMILY, "contacts.is_default", "true for the default contact takes the default from it")
                        .store("contacts.is_default", write -> Boolean.TRUE.equals(write.value()) && write.same() ? Boolean.FALSE
                                : write.value()),
                fault("reps-doubled", FAMILY, "assigned_sales_rep_ids", "the list that is stored already is appended to itself")
                        .store("assigned_sales_rep_ids", write -> write.same() ? doubled(write) : write.value()),
                fault("address-id-regenerated", FAMILY, "addresses",
                        "a changed address is stored as a new row with a new id, so the same request fails then")
                        .after(RepetitionFaults::regenerate));
    }

    private static List<Object> doubled(Write write) {
        List<Object> ids = new ArrayList<>(list(write.old()));
        ids.addAll(list(write.value()));
        return ids;
    }

    private static void duplicate(Change change) {
        for (Map<String, Object> sent : rows(change.patch(), "attributes")) {
            find(rows(change.before(), "attributes"), "name", sent.get("name"))
                    .filter(row -> row.get("value").equals(sent.get("value")))
                    .ifPresent(row -> {
                        Map<String, Object> copied = Tree.copied(row);
                        copied.put("id", change.store().newId());
                        list(change.after().get("attributes")).add(copied);
                    });
        }
    }

    private static void regenerate(Change change) {
        for (Map<String, Object> row : rows(change.after(), "addresses")) {
            boolean sent = find(rows(change.patch(), "addresses"), "id", row.get("id")).isPresent();
            if (sent && !list(change.before().get("addresses")).contains(row)) {
                row.put("id", change.store().newId());
            }
        }
    }
}

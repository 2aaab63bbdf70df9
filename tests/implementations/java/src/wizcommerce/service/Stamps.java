package wizcommerce.service;

import static wizcommerce.model.Tree.find;
import static wizcommerce.model.Tree.rows;

import java.util.List;
import java.util.Map;
import wizcommerce.model.Change;
import wizcommerce.model.Seed;

/** Sets when, and for attributes by whom, each changed row was updated. */
final class Stamps {
    private final Change change;
    private final boolean always;
    private final String now;

    Stamps(Change change, boolean always) {
        this.change = change;
        this.always = always;
        this.now = change.store().now();
    }

    void set() {
        set("attributes", change.before(), change.after());
        for (String group : List.of("addresses", "contacts")) {
            for (Map<String, Object> row : rows(change.after(), group)) {
                find(rows(change.before(), group), "id", row.get("id")).ifPresent(before -> set("attributes", before, row));
            }
            set(group, change.before(), change.after());
        }
        stamp(change.before(), change.after());
    }

    private void set(String group, Map<String, Object> before, Map<String, Object> after) {
        for (Map<String, Object> row : rows(after, group)) {
            find(rows(before, group), "id", row.get("id")).ifPresent(old -> stamp(old, row));
        }
    }

    private void stamp(Map<String, Object> before, Map<String, Object> after) {
        if (always || !before.equals(after)) {
            after.put("updated_at", now);
            after.computeIfPresent("updated_by", (name, user) -> Seed.USER);
        }
    }
}

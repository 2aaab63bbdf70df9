package wizcommerce.service;

import static wizcommerce.model.Tree.find;
import static wizcommerce.model.Tree.list;
import static wizcommerce.model.Tree.map;
import static wizcommerce.model.Tree.rows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import wizcommerce.model.Behaviour;
import wizcommerce.model.Change;
import wizcommerce.model.Field;
import wizcommerce.model.Seed;
import wizcommerce.model.Write;

/**
 * Writes a valid patch into the copy of a customer's document.
 *
 * <p>Rows are found by their id, attributes by their name; what is not listed stays. The default contact or address is taken from
 * the others of its kind, unless the patch says what they are. Flags come last, since the kind of an address may change before.
 */
final class Updater {
    private final Behaviour behaviour;
    private final Change change;

    Updater(Behaviour behaviour, Change change) {
        this.behaviour = behaviour;
        this.change = change;
    }

    void apply() {
        for (Field field : Field.CUSTOMER) {
            if (change.sends(field.name())) {
                write(field, field.name(), 0, change.patch(), change.after());
            }
        }
        preferred("primary_contact_id", "contacts", null);
        preferred("default_shipping_address_id", "addresses", "shipping");
        preferred("default_billing_address_id", "addresses", "billing");
        flags("addresses");
        flags("contacts");
        behaviour.after(change);
        new Stamps(change, behaviour.is("touch-always")).set();
    }

    private void write(Field field, String path, int place, Map<String, Object> sent, Map<String, Object> row) {
        switch (field.kind()) {
            case CONTACT, ADDRESS, FLAG -> { }
            case ROWS -> items(field, path, list(sent.get(field.name())), list(row.get(field.shownAs())));
            case ATTRIBUTES -> {
                if (sent.get(field.name()) != null) {
                    attributes(path, list(sent.get(field.name())), row);
                }
            }
            default -> put(path, place, sent, field.name(), row, field.shownAs());
        }
    }

    private void put(String path, int place, Map<String, Object> sent, String name, Map<String, Object> row, String shownAs) {
        Object value = behaviour.stored(new Write(change, path, place, sent, row, row.get(shownAs), sent.get(name)));
        if (value != Write.SKIP) {
            row.put(shownAs, value);
        }
    }

    private void items(Field field, String path, List<Object> sentItems, List<Object> rows) {
        for (int i = 0; i < sentItems.size(); i++) {
            Map<String, Object> sent = map(sentItems.get(i));
            Map<String, Object> row = find(typed(rows), "id", sent.get("id")).orElse(null);
            for (Field member : field.members()) {
                if (row != null && sent.containsKey(member.name())) {
                    write(member, path + "." + member.name(), i, sent, row);
                }
            }
        }
    }

    private void attributes(String path, List<Object> sentItems, Map<String, Object> owner) {
        List<Object> kept = list(owner.get("attributes"));
        if (behaviour.is("attributes-replaced")) {
            List<Object> names = sentItems.stream().map(item -> map(item).get("name")).toList();
            kept.removeIf(row -> !names.contains(map(row).get("name")));
        }
        for (int i = 0; i < sentItems.size(); i++) {
            attribute(path, i, map(sentItems.get(i)), kept);
        }
        owner.put("attributes", kept);
    }

    private void attribute(String path, int place, Map<String, Object> sent, List<Object> rows) {
        Map<String, Object> row = find(typed(rows), "name", sent.get("name")).orElse(null);
        if (row == null) {
            String now = change.store().now();
            row = Seed.row("id", change.store().newId(), "name", "", "value", "", "created_by", Seed.USER, "updated_by",
                    Seed.USER,
                    "created_at", now, "updated_at", now);
            put(path + ".name", place, sent, "name", row, "name");
            rows.add(row);
        }
        put(path + ".value", place, sent, "value", row, "value");
    }

    /** Makes the row that an id of the top level names the default one. */
    private void preferred(String name, String group, String type) {
        if (!change.sends(name)) {
            return;
        }
        Map<String, Object> row = find(rows(change.after(), group), "id", change.patch().get(name)).orElse(null);
        if (row == null) {
            return;
        }
        Object value = behaviour.stored(new Write(change, name, 0, change.patch(), row, row.get("is_default"), Boolean.TRUE));
        if (value == Boolean.TRUE) {
            row.put("is_default", true);
            takeFromOthers(group, type, List.of(row));
        }
    }

    private void flags(String group) {
        List<Map<String, Object>> named = new ArrayList<>();
        List<Map<String, Object>> chosen = new ArrayList<>();
        List<Object> items = list(change.patch().get(group));
        for (int i = 0; i < items.size(); i++) {
            Map<String, Object> sent = map(items.get(i));
            Map<String, Object> row = find(rows(change.after(), group), "id", sent.get("id")).orElse(null);
            if (row == null || sent.get("is_default") == null) {
                continue;
            }
            named.add(row);
            put(group + ".is_default", i, sent, "is_default", row, "is_default");
            if (Boolean.TRUE.equals(row.get("is_default"))) {
                chosen.add(row);
            }
        }
        for (Map<String, Object> row : chosen) {
            takeFromOthers(group, (String) row.get("type"), behaviour.is("single-default") ? lastOf(chosen, row) : named);
        }
    }

    /** The last chosen row of the kind of one of them. */
    private static List<Map<String, Object>> lastOf(List<Map<String, Object>> chosen, Map<String, Object> row) {
        var same = chosen.stream().filter(other -> java.util.Objects.equals(other.get("type"), row.get("type"))).toList();
        return same.subList(same.size() - 1, same.size());
    }

    private void takeFromOthers(String group, String type, List<Map<String, Object>> spared) {
        if (behaviour.is("independent-defaults")) {
            return;
        }
        for (Map<String, Object> row : rows(change.after(), group)) {
            boolean isSpared = spared.stream().anyMatch(other -> other == row);
            if (!isSpared && (type == null || type.equals(row.get("type")))) {
                row.put("is_default", false);
            }
        }
    }

    private static List<Map<String, Object>> typed(List<Object> rows) {
        return rows(Map.of("rows", rows), "rows");
    }
}

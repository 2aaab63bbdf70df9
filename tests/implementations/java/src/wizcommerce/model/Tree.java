package wizcommerce.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Access to trees of maps and lists. */
public final class Tree {
    private Tree() {}

    @SuppressWarnings("unchecked")
    public static Map<String, Object> map(Object value) {
        return value instanceof Map ? (Map<String, Object>) value : new LinkedHashMap<>();
    }

    @SuppressWarnings("unchecked")
    public static List<Object> list(Object value) {
        return value instanceof List ? (List<Object>) value : new ArrayList<>();
    }

    /** The objects of a list that stands under a name. */
    public static List<Map<String, Object>> rows(Map<String, Object> owner, String name) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Object item : list(owner.get(name))) {
            if (item instanceof Map) {
                rows.add(map(item));
            }
        }
        return rows;
    }

    public static Optional<Map<String, Object>> find(List<Map<String, Object>> rows, String name, Object value) {
        return rows.stream().filter(row -> Objects.equals(row.get(name), value)).findFirst();
    }

    public static String text(Map<String, Object> owner, String name) {
        return owner.get(name) instanceof String text ? text : "";
    }

    /** A copy that shares no map and no list. */
    public static Object copy(Object value) {
        if (value instanceof Map) {
            Map<String, Object> copied = new LinkedHashMap<>();
            map(value).forEach((name, member) -> copied.put(name, copy(member)));
            return copied;
        }
        if (value instanceof List<?> list) {
            List<Object> copied = new ArrayList<>();
            list.forEach(item -> copied.add(copy(item)));
            return copied;
        }
        return value;
    }

    public static Map<String, Object> copied(Map<String, Object> owner) {
        return map(copy(owner));
    }
}

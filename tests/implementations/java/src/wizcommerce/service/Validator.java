package wizcommerce.service;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import wizcommerce.model.Field;
import wizcommerce.model.Field.Kind;
import wizcommerce.model.Store;
import wizcommerce.model.Tree;
import wizcommerce.model.Violation;

/** Checks one patch of one customer; finds all that is wrong. */
final class Validator {
    private final Store store;
    private final Map<String, Object> customer;
    private final List<Violation> found = new ArrayList<>();

    private Validator(Store store, Map<String, Object> customer) {
        this.store = store;
        this.customer = customer;
    }

    static List<Violation> violations(Store store, Map<String, Object> customer, Map<String, Object> patch) {
        Validator validator = new Validator(store, customer);
        validator.members(Field.CUSTOMER, patch, new Place("", "", 0));
        return validator.found;
    }

    /** Where a value stands: dotted names, the same with places in lists, the place in the innermost list. */
    private record Place(String field, String path, int index) {
        Place member(String name) {
            return field.isEmpty() ? new Place(name, name, index) : new Place(field + "." + name, path + "." + name, index);
        }

        Place item(int place) {
            return new Place(field, path + "[" + place + "]", place);
        }
    }

    private void members(List<Field> fields, Map<String, Object> sent, Place place) {
        for (Field field : fields) {
            Place member = place.member(field.name());
            if (sent.containsKey(field.name())) {
                value(field, sent.get(field.name()), member);
            } else if (field.required()) {
                add(member, "required", null, "is required");
            }
        }
        for (String name : sent.keySet()) {
            if (fields.stream().noneMatch(field -> field.name().equals(name))) {
                add(place.member(name), "unknown", sent.get(name), "is not a known property");
            }
        }
    }

    private void value(Field field, Object value, Place place) {
        if (value == null) {
            add(place, "null", null, "must not be null");
            return;
        }
        switch (field.kind()) {
            case FLAG -> {
                if (!(value instanceof Boolean)) {
                    add(place, "type", value, "must be a boolean");
                }
            }
            case SALES_REPS -> salesReps(value, place);
            case ROWS, ATTRIBUTES -> rows(field, value, place);
            default -> {
                if (value instanceof String text) {
                    text(field, text, place);
                } else {
                    add(place, "type", value, "must be a string");
                }
            }
        }
    }

    private void text(Field field, String text, Place place) {
        if (field.longest() > 0 && text.codePointCount(0, text.length()) > field.longest()) {
            add(place, "maxLength", text, "must have at most " + field.longest() + " characters");
        }
        if (field.kind() == Kind.TYPE && !Field.TYPES.contains(text)) {
            add(place, "enum", text, "must be one of " + String.join(", ", Field.TYPES));
        }
        if (!Formats.fits(field.kind(), text)) {
            add(place, "format", text, Formats.reason(field.kind()));
        }
        if (!known(field, text, place)) {
            add(place, "reference", text, "is not known");
        }
    }

    private boolean known(Field field, String id, Place place) {
        return switch (field.kind()) {
            case CONTACT -> Tree.find(Tree.rows(customer, "contacts"), "id", id).isPresent();
            case ADDRESS -> Tree.find(Tree.rows(customer, "addresses"), "id", id).isPresent();
            case PRICE_LIST -> store.priceLists().containsKey(id);
            default -> true;
        };
    }

    private void salesReps(Object value, Place place) {
        if (!(value instanceof List<?> ids)) {
            add(place, "type", value, "must be an array");
            return;
        }
        if (ids.isEmpty()) {
            add(place, "minItems", value, "must have at least 1 item");
        }
        for (int i = 0; i < ids.size(); i++) {
            if (!(ids.get(i) instanceof String)) {
                add(place.item(i), "type", ids.get(i), "must be a string");
            } else if (!store.salesReps().containsKey(ids.get(i))) {
                add(place.item(i), "reference", ids.get(i), "is not known");
            }
        }
    }

    private void rows(Field field, Object value, Place place) {
        if (!(value instanceof List<?> items)) {
            add(place, "type", value, "must be an array");
            return;
        }
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof Map) {
                members(field.members(), Tree.map(items.get(i)), place.item(i));
            } else {
                add(place.item(i), "type", items.get(i), "must be an object");
            }
        }
    }

    private void add(Place place, String rule, Object value, String reason) {
        found.add(new Violation(place.field(), place.path(), place.index(), rule, value, reason));
    }
}

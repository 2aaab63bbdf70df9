package wizcommerce.model;

import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * One value on its way into a row.
 *
 * @param field dotted names ("addresses.city")
 * @param place the place of the item in the sent list, 0 outside of lists
 * @param sent the sent object that holds the value
 * @param row the row that it goes to, with the values of properties that were written before it
 * @param old the value of the row until now, null where it has none
 */
public record Write(Change change, String field, int place, Map<String, Object> sent, Map<String, Object> row, Object old,
        Object value) {
    /** In the place of a value: nothing is written. */
    public static final Object SKIP = new Object();

    public boolean sends(String name) {
        return sent.containsKey(name);
    }

    public boolean same() {
        return value != null && value.equals(old);
    }

    /** The sent text after a conversion; what is no text stays as it is. */
    public Object text(UnaryOperator<String> conversion) {
        return value instanceof String text ? conversion.apply(text) : value;
    }
}

package wizcommerce.model;

/**
 * What is wrong with one property of a request.
 *
 * @param field dotted names, without the places in lists ("addresses.city")
 * @param path the same with the places ("addresses[1].city")
 * @param place the place in the innermost list, 0 outside of lists
 * @param rule null, type, maxLength, minItems, enum, required, format, reference, unknown
 * @param value what was sent
 */
public record Violation(String field, String path, int place, String rule, Object value, String reason) {
    public boolean is(String wantedField, String wantedRule) {
        return field.equals(wantedField) && rule.equals(wantedRule);
    }

    public String text() {
        return value instanceof String sent ? sent : "";
    }
}

package wizcommerce.service;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import wizcommerce.model.Field.Kind;

/** Forms that the document names in its prose. */
final class Formats {
    private static final Pattern E164 = Pattern.compile("\\+[1-9][0-9]{6,14}");
    private static final Pattern EMAIL = Pattern.compile("[^\\s@]+@[^\\s@]+");
    private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());

    private Formats() {}

    static boolean fits(Kind kind, String text) {
        return switch (kind) {
            case PHONE -> E164.matcher(text).matches();
            case EMAIL -> EMAIL.matcher(text).matches();
            case COUNTRY -> COUNTRIES.contains(text);
            default -> true;
        };
    }

    static String reason(Kind kind) {
        return switch (kind) {
            case PHONE -> "must be a phone number in E.164 format";
            case EMAIL -> "must be an e-mail address";
            default -> "must be an ISO 3166-1 alpha-2 country code";
        };
    }
}

package wizcommerce.model;

import java.util.List;

/**
 * One property of the request: its name there and in the answer, what it may hold, and, for lists of objects, their properties.
 *
 * <p>{@code longest} counts code points; 0 is without a limit.
 */
public record Field(String name, String shownAs, Kind kind, int longest, boolean required, List<Field> members) {
    /** What a property holds. */
    public enum Kind { TEXT, PHONE, EMAIL, COUNTRY, TYPE, FLAG, CONTACT, ADDRESS, PRICE_LIST, SALES_REPS, ROWS, ATTRIBUTES }

    public static final List<String> TYPES = List.of("billing", "shipping");

    private static final Field ATTRIBUTES = list("attributes", Kind.ATTRIBUTES, required("name", 255), required("value", 0));

    private static final Field ADDRESSES = list("addresses", Kind.ROWS,
            text("reference_id", 255), text("first_name", 50), text("last_name", 50), one("phone", Kind.PHONE),
            one("email", Kind.EMAIL),
            text("address_line_1", 255), text("address_line_2", 255), text("city", 50), text("state", 50),
            one("country", Kind.COUNTRY),
            text("zip_code", 50), one("type", Kind.TYPE), one("is_default", Kind.FLAG), ATTRIBUTES,
            new Field("id", "id", Kind.ADDRESS, 0, true, List.of()));

    private static final Field CONTACTS = list("contacts", Kind.ROWS,
            text("reference_id", 255), text("first_name", 50), text("last_name", 50), one("email", Kind.EMAIL),
            one("phone", Kind.PHONE),
            text("designation", 50), one("is_default", Kind.FLAG), ATTRIBUTES,
            new Field("id", "id", Kind.CONTACT, 0, true, List.of()));

    /** The properties of a customer that a request may set. */
    public static final List<Field> CUSTOMER = List.of(
            new Field("company_name", "name", Kind.TEXT, 255, false, List.of()),
            text("display_name", 255), text("display_id", 255), text("freight_term", 255), text("shipping_method", 255),
            text("payment_mode", 255), text("payment_term", 255), one("primary_contact_id", Kind.CONTACT),
            one("default_shipping_address_id", Kind.ADDRESS), one("default_billing_address_id", Kind.ADDRESS),
            text("reference_id", 255), one("assigned_sales_rep_ids", Kind.SALES_REPS), one("assigned_price_list_id", Kind.PRICE_LIST),
            text("first_name", 255), text("last_name", 255), one("phone", Kind.PHONE), one("email", Kind.EMAIL),
            ADDRESSES, CONTACTS, ATTRIBUTES);

    private static Field text(String name, int longest) {
        return new Field(name, name, Kind.TEXT, longest, false, List.of());
    }

    private static Field required(String name, int longest) {
        return new Field(name, name, Kind.TEXT, longest, true, List.of());
    }

    private static Field one(String name, Kind kind) {
        return new Field(name, name, kind, 0, false, List.of());
    }

    private static Field list(String name, Kind kind, Field... members) {
        return new Field(name, name, kind, 0, false, List.of(members));
    }
}

package wizcommerce.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The records that a run starts with. */
public final class Seed {
    public static final String FIRST = "3f0d2c5e-8a41-4f6b-9d27-61c0b5a7e914";
    public static final String SECOND = "b7c1a9f4-2d36-4e58-8c0b-94e7d13f6a25";
    public static final String KEY = "api_prod_7Qm2xV9tLr4KcW8nZs5D";
    /** The user that the key belongs to. */
    public static final String USER = "0b6f4a12-93de-4c77-a8f5-2e1d0c9b8a76";

    private static final String BILLING = "11f6b0a3-5c7e-4d29-9a84-e03d6c2b7f51";
    private static final String SHIPPING = "22a8d1c4-6e9f-4b3a-8d75-f14e7b3c8a62";
    private static final String BUYER = "33c9e2d5-7fa0-4c4b-9e86-025f8c4d9b73";
    private static final String ACCOUNTANT = "44dae3e6-80b1-4d5c-8f97-136a9d5eac84";

    /** Values of properties that name other records of the first customer's account. */
    public static Map<String, List<String>> references() {
        Map<String, List<String>> values = new LinkedHashMap<>();
        values.put("primary_contact_id", List.of(BUYER, ACCOUNTANT));
        values.put("default_shipping_address_id", List.of(SHIPPING));
        values.put("default_billing_address_id", List.of(BILLING));
        values.put("assigned_sales_rep_ids", List.of(rep(1), rep(2), rep(3)));
        values.put("assigned_price_list_id", List.of(priceList(1), priceList(2), priceList(3)));
        return values;
    }

    private Seed() {}

    public static void fill(Store store) {
        salesRep(store, 1, "Grace", "Okafor", "Sales");
        salesRep(store, 2, "Tomás", "Ibarra", "Sales");
        salesRep(store, 3, "Wen", "Liu", "Key Accounts");
        pricing(store, 1, "Wholesale 2025", "active");
        pricing(store, 2, "Trade Show", "active");
        pricing(store, 3, "Outlet", "inactive");
        store.publish(first());
        store.publish(second());
    }

    private static String rep(int number) {
        return "5e00000" + number + "-1f2e-4d3c-8b5a-69788796a5b" + number;
    }

    private static String priceList(int number) {
        return "6f00000" + number + "-2e3d-4c5b-9a69-788796a5b4c" + number;
    }

    private static void salesRep(Store store, int number, String first, String last, String department) {
        store.salesReps().put(rep(number), row(
                "id", rep(number), "email", first.toLowerCase(java.util.Locale.ROOT).replace('á', 'a') + "@sales.example.com",
                "first_name", first, "last_name", last, "phone", "+1415555010" + number, "department", department,
                "status", "active", "created_by", USER, "updated_by", USER, "created_at", "2024-02-01T09:00:00Z",
                "updated_at", "2024-06-11T16:20:00Z"));
    }

    private static void pricing(Store store, int number, String name, String status) {
        store.priceLists().put(priceList(number), row(
                "id", priceList(number), "name", name, "status", status, "reference_id", "PRC-2025010" + number,
                "description", name + " prices", "created_at", "2024-12-20T08:00:00Z", "updated_at", "2025-01-02T08:30:00Z"));
    }

    private static Map<String, Object> first() {
        return row("id", FIRST, "reference_id", "CUS-1001", "display_id", "WC_0001001", "name", "Harbour & Pine Interiors",
                "display_name", "Harbour & Pine", "first_name", "Maëlle", "last_name", "O'Connor", "phone", "+14155552671",
                "email", "maelle@harbourpine.example.com", "status", "active", "freight_term", "Cust. Pickup",
                "shipping_method", "DHL", "payment_mode", "AMEX", "payment_term", "NET30",
                "assigned_sales_rep_ids", items(rep(1), rep(2)), "assigned_price_list_id", priceList(1),
                "addresses", items(billing(), shipping()), "contacts", items(buyer(), accountant()),
                "attributes", items(attribute(1, "Segment", "Retail"), attribute(2, "Credit limit", "25000.50")),
                "created_at", "2025-01-01T15:04:05Z", "updated_at", "2025-01-09T10:00:00Z");
    }

    private static Map<String, Object> billing() {
        return address(BILLING, FIRST, "ADDR-1", "18 Quay Street", "Suite 4", "Oakland", "CA", "US", "94607", "billing", true,
                row("first_name", "Maëlle", "last_name", "O'Connor", "phone", "+14155552672",
                        "email", "billing@harbourpine.example.com"),
                items(attribute(3, "Dock", "No"), attribute(4, "Floor", "2")));
    }

    private static Map<String, Object> shipping() {
        return address(SHIPPING, FIRST, "ADDR-2", "7 Mill Lane", "Unit B", "Portland", "ME", "US", "04101", "shipping", true,
                row("first_name", "Idris", "last_name", "Bell", "phone", "+12075550142", "email", "dock@harbourpine.example.com"),
                items(attribute(5, "Dock", "Yes"), attribute(6, "Floor", "0")));
    }

    private static Map<String, Object> buyer() {
        return contact(BUYER, "CON-1", "Idris", "Bell", "idris@harbourpine.example.com", "+12075550143", "Head Buyer", true,
                items(attribute(7, "Language", "English"), attribute(8, "Birthday", "1984-05-17")));
    }

    private static Map<String, Object> accountant() {
        return contact(ACCOUNTANT, "CON-2", "Zoë", "Hart", "zoe@harbourpine.example.com", "+12075550144", "Accountant", false,
                items(attribute(9, "Language", "French"), attribute(10, "Birthday", "1990-11-02")));
    }

    private static Map<String, Object> second() {
        String address = "55ebf4f7-91c2-4e6d-9a08-247bae6fbd95";
        String other = "66fc05a8-a2d3-4f7e-8b19-358cbf70cea6";
        String contact = "770d16b9-b3e4-4a8f-9c2a-469dc081dfb7";
        return row("id", SECOND, "reference_id", "CUS-1002", "display_id", "WC_0001002", "name", "Lindqvist Home AB",
                "display_name", "Lindqvist", "first_name", "Per", "last_name", "Lindqvist", "phone", "+46850100200",
                "email", "per@lindqvist.example.com", "status", "active", "freight_term", "Prepaid", "shipping_method", "UPS",
                "payment_mode", "Wire", "payment_term", "NET60",
                "assigned_sales_rep_ids", items(rep(3)), "assigned_price_list_id", priceList(2),
                "addresses", items(
                        address(address, SECOND, "LQ-1", "Storgatan 5", "2 tr", "Uppsala", "Uppsala", "SE", "753 31",
                                "billing", true,
                                row("first_name", "Per", "last_name", "Lindqvist", "phone", "+46850100201",
                                        "email", "faktura@lindqvist.example.com"),
                                items(attribute(11, "Dock", "No"))),
                        address(other, SECOND, "LQ-2", "Hamngatan 9", "", "Gävle", "Gävleborg", "SE", "803 20", "shipping", true,
                                row("first_name", "Sara", "last_name", "Ek", "phone", "+46850100202",
                                        "email", "lager@lindqvist.example.com"),
                                items(attribute(12, "Dock", "Yes")))),
                "contacts", items(contact(contact, "LQ-C1", "Sara", "Ek", "sara@lindqvist.example.com", "+46850100203",
                        "Warehouse Lead", true,
                        items(attribute(13, "Language", "Swedish")))),
                "attributes", items(attribute(14, "Segment", "Wholesale"), attribute(15, "Credit limit", "90000")),
                "created_at", "2025-02-11T07:45:00Z", "updated_at", "2025-02-11T07:45:00Z");
    }

    private static Map<String, Object> address(String id, String customer, String reference, String line1, String line2,
            String city, String state, String country, String zip, String type, boolean isDefault, Map<String, Object> person,
            List<Object> attributes) {
        Map<String, Object> row = row("id", id, "customer_id", customer, "reference_id", reference, "address_line_1", line1,
                "address_line_2", line2, "city", city, "state", state, "country", country, "zip_code", zip);
        row.putAll(person);
        row.putAll(row("type", type, "status", "active", "is_default", isDefault, "attributes", attributes,
                "created_at", "2025-01-01T15:04:05Z", "updated_at", "2025-01-05T11:12:13Z"));
        return row;
    }

    private static Map<String, Object> contact(String id, String reference, String first, String last, String email, String phone,
            String designation, boolean isDefault, List<Object> attributes) {
        return row("id", id, "reference_id", reference, "first_name", first, "last_name", last, "email", email, "phone", phone,
                "designation", designation, "status", "active", "is_default", isDefault, "attributes", attributes,
                "created_at", "2025-01-01T15:04:05Z", "updated_at", "2025-01-05T11:12:13Z");
    }

    private static Map<String, Object> attribute(int number, String name, String value) {
        return row("id", String.format("7a0000%02d-3f4e-4d5c-8b6a-7988a7b6c5d4", number), "name", name, "value", value,
                "created_by", USER, "updated_by", USER, "created_at", "2025-01-01T15:04:05Z",
                "updated_at", "2025-01-01T15:04:05Z");
    }

    /** A map of names and values in turn. */
    public static Map<String, Object> row(Object... namesAndValues) {
        Map<String, Object> row = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            row.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return row;
    }

    private static List<Object> items(Object... items) {
        return new ArrayList<>(List.of(items));
    }
}

package wizcommerce.smoke;

import static wizcommerce.smoke.Step.get;
import static wizcommerce.smoke.Step.patch;

import java.util.List;
import wizcommerce.model.Field;

/** What the honest service must answer to the last of some requests: the status, and texts that stand in headers or body. */
final class Honest {
    private static final String UNKNOWN = "/v1/customers/00000000-0000-4000-8000-000000000000";
    private static final String ADDRESS = "{'addresses':[{'id':'11f6b0a3-5c7e-4d29-9a84-e03d6c2b7f51'";

    private Honest() {}

    record Case(int status, List<Step> steps, List<String> parts) {}

    static List<Case> all() {
        return List.of(
                new Case(200, List.of(get()), List.of("content-type=[application/json]", "{\"data\":{\"id\":\"3f0d2c5e-")),
                new Case(200, List.of(get().at("HEAD", get().path())), List.of("content-type=[application/json]")),
                new Case(200, List.of(patch("{'company_name':'Ünï 😀','first_name':''}"), get()), List.of("\"name\":\"Ünï 😀\"",
                        "\"first_name\":\"\"")),
                new Case(201, List.of(patch("{}")), List.of("\"updated_at\":\"2025-01-09T10:00:00Z\"}}")),
                new Case(201, List.of(patch("{'company_name':'" + "😀".repeat(255) + "'}")), List.of("😀".repeat(255))),
                new Case(201, List.of(patch("{'display_name':'\\u00e9\\ud83d\\ude00\\u0000'}")), List.of("é😀\\u0000")),
                new Case(201, List.of(patch(ADDRESS + ",'attributes':[{'name':'New','value':''}]}]}")),
                        List.of("\"name\":\"New\",\"value\":\"\"")),
                new Case(201, List.of(patch("{'unknown':{'a':[1e400,-0.0]},'id':7}")), List.of("\"id\":\"3f0d2c5e-")),
                new Case(201, List.of(patch("{'assigned_price_list_id':'6f000002-2e3d-4c5b-9a69-788796a5b4c2'}")),
                        List.of("\"name\":\"Trade Show\"")),
                refused("{'company_name':'" + "n".repeat(256) + "'}",
                        "{\"field\":\"company_name\",\"reason\":\"must have at most 255 characters\"}"),
                refused("{'company_name':null,'phone':'555'}", "\"field\":\"company_name\"", "\"field\":\"phone\""),
                refused(ADDRESS + ",'type':'Billing','is_default':'true'}]}", "\"addresses[0].type\"",
                        "\"addresses[0].is_default\""),
                refused("{'addresses':[{'city':'Reno'}],'contacts':{},'attributes':[{'name':'a'}]}", "addresses[0].id",
                        "contacts", "attributes[0].value"),
                refused("{'assigned_sales_rep_ids':[]}", "assigned_sales_rep_ids"),
                refused("{'assigned_sales_rep_ids':['nobody']}", "assigned_sales_rep_ids[0]"),
                refused("", "malformed_json"), refused("[]", "invalid_body"), refused("null", "invalid_body"), refused("{} {}",
                        "malformed_json"),
                refused("{'a':1,'a':2}", "malformed_json"), refused("{'a':'\\ud800'}", "malformed_json"), refused("{'a':01}",
                        "malformed_json"),
                refused("[".repeat(5000), "malformed_json"),
                new Case(401, List.of(patch("{}").with("X-API-Key", null)), List.of("www-authenticate=[ApiKey",
                        "\"code\":\"unauthorized\"")),
                new Case(401, List.of(patch("{").with("X-API-Key", "wrong")), List.of("\"code\":\"unauthorized\"")),
                new Case(404, List.of(patch("{}").at("PATCH", UNKNOWN)), List.of("\"code\":\"not_found\"")),
                new Case(405, List.of(get().at("PUT", get().path())), List.of("allow=[GET, HEAD, PATCH]",
                        "\"code\":\"method_not_allowed\"")),
                new Case(413, List.of(patch(" ".repeat(1 << 21))), List.of("\"code\":\"payload_too_large\"")),
                new Case(415, List.of(patch("{}").with("Content-Type", "application/json; charset=latin1")),
                        List.of("accept-patch=[application/json]")),
                new Case(201, List.of(patch("{}").with("Content-Type", "Application/JSON;Charset=\"UTF-8\"")),
                        List.of("\"data\"")),
                new Case(200, List.of(patch("{'display_name':'New','last_name':7}"), get()),
                        List.of("\"display_name\":\"Harbour & Pine\"")),
                idempotent());
    }

    private static Case refused(String body, String... parts) {
        return new Case(400, List.of(patch(body)), List.of(parts));
    }

    /** A default that is asked for by id and a kind that changes in the same request. */
    private static Case idempotent() {
        Step step = patch(ADDRESS + ",'type':'" + Field.TYPES.get(1)
                + "'}],'default_shipping_address_id':'22a8d1c4-6e9f-4b3a-8d75-f14e7b3c8a62'}");
        return new Case(201, List.of(step, step), List.of("\"type\":\"shipping\",\"status\":\"active\",\"is_default\":false",
                "\"type\":\"shipping\",\"status\":\"active\",\"is_default\":true"));
    }
}

package wizcommerce.smoke;

import static wizcommerce.smoke.Step.get;
import static wizcommerce.smoke.Step.getOther;
import static wizcommerce.smoke.Step.patch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The requests that show each fault and each variant. */
final class Cases {
    private static final String BILLING = "{'addresses':[{'id':'11f6b0a3-5c7e-4d29-9a84-e03d6c2b7f51'";
    private static final String SHIPPING = "{'id':'22a8d1c4-6e9f-4b3a-8d75-f14e7b3c8a62'";
    private static final String BUYER = "{'contacts':[{'id':'33c9e2d5-7fa0-4c4b-9e86-025f8c4d9b73'";
    private static final String FOREIGN = "{'contacts':[{'id':'770d16b9-b3e4-4a8f-9c2a-469dc081dfb7'";
    private static final String REP = "'5e000003-1f2e-4d3c-8b5a-69788796a5b3'";

    private Cases() {}

    static Map<String, List<Step>> all() {
        Map<String, List<Step>> cases = new LinkedHashMap<>();
        writing(cases);
        repetition(cases);
        checking(cases);
        types(cases);
        refusal(cases);
        others(cases);
        answers(cases);
        requestVariants(cases);
        answerVariants(cases);
        return cases;
    }

    private static void writing(Map<String, List<Step>> cases) {
        cases.put("term-lost-with-mode", List.of(patch("{'payment_mode':'Wire'}"), get()));
        cases.put("second-zip-ignored", List.of(patch(BILLING + ",'zip_code':'1'}," + SHIPPING + ",'zip_code':'2'}]}"), get()));
        cases.put("freight-empty-ignored", List.of(patch("{'freight_term':''}"), get()));
        cases.put("default-false-ignored", List.of(patch(BILLING + ",'is_default':false}]}"), get()));
        cases.put("type-ignored-with-city", List.of(patch(BILLING + ",'city':'Reno','type':'shipping'}]}"), get()));
        cases.put("second-attribute-kept", List.of(
                patch("{'attributes':[{'name':'Segment','value':'a'},{'name':'Credit limit','value':'b'}]}"), get()));
        cases.put("only-first-rep", List.of(patch("{'assigned_sales_rep_ids':[" + REP
                + ",'5e000001-1f2e-4d3c-8b5a-69788796a5b1']}"), get()));
        cases.put("address-attribute-to-customer", List.of(patch(BILLING + ",'attributes':[{'name':'Dock','value':'Two'}]}]}"),
                get()));
        cases.put("city-case-change-ignored", List.of(patch(BILLING + ",'city':'OAKLAND'}]}"), get()));
        cases.put("shipping-method-ascii", List.of(patch("{'shipping_method':'Köln-Express'}"), get()));
        cases.put("display-name-escaped", List.of(patch("{'display_name':'Salt & Co <North>'}"), get()));
    }

    private static void repetition(Map<String, List<Step>> cases) {
        twice(cases, "display-id-suffix", "{'display_id':'WC_7'}");
        twice(cases, "attribute-duplicated", "{'attributes':[{'name':'Segment','value':'a'}]}");
        twice(cases, "default-toggles", BUYER + ",'is_default':true}]}");
        twice(cases, "reps-doubled", "{'assigned_sales_rep_ids':[" + REP + "]}");
        twice(cases, "address-id-regenerated", BILLING + ",'city':'Reno'}]}");
    }

    private static void twice(Map<String, List<Step>> cases, String name, String body) {
        cases.put(name, List.of(patch(body), patch(body), get()));
    }

    private static void checking(Map<String, List<Step>> cases) {
        cases.put("type-second-unchecked", List.of(patch(BILLING + "}," + SHIPPING + ",'type':'home'}]}"), get()));
        cases.put("type-case-accepted", List.of(patch(BILLING + ",'type':'Shipping'}]}"), get()));
        cases.put("type-empty-accepted", List.of(patch(BILLING + ",'type':''}]}"), get()));
        cases.put("type-shipping-refused", List.of(patch(BILLING + ",'type':'shipping'}]}"), get()));
        cases.put("company-name-256", List.of(patch("{'company_name':'" + "n".repeat(256) + "'}"), get()));
        cases.put("line-1-cut", List.of(patch(BILLING + ",'address_line_1':'" + "n".repeat(300) + "'}]}"), get()));
        cases.put("city-unlimited-in-second", List.of(patch(BILLING + "}," + SHIPPING + ",'city':'" + "n".repeat(51) + "'}]}"),
                get()));
        cases.put("designation-49", List.of(patch(BUYER + ",'designation':'" + "n".repeat(50) + "'}]}"), get()));
        cases.put("last-name-bytes", List.of(patch(BUYER + ",'last_name':'" + "é".repeat(50) + "'}]}"), get()));
        cases.put("reps-empty-accepted", List.of(patch("{'assigned_sales_rep_ids':[]}"), get()));
        cases.put("contact-reference-cut", List.of(patch(BUYER + ",'reference_id':'" + "n".repeat(255) + "'}]}"), get()));
    }

    private static void types(Map<String, List<Step>> cases) {
        cases.put("number-as-text", List.of(patch("{'payment_term':30}"), get()));
        cases.put("flag-text-accepted", List.of(patch(BUYER + ",'is_default':'false'}]}"), get()));
        cases.put("zip-shown-as-number", List.of(patch(BILLING + ",'zip_code':'00501'}]}"), get()));
        cases.put("attribute-number-normalised", List.of(patch("{'attributes':[{'name':'Credit limit','value':'1.10'}]}"),
                get()));
        cases.put("id-missing-first", List.of(patch("{'addresses':[{'city':'Reno'}]}"), get()));
        cases.put("null-as-word", List.of(patch("{'last_name':null}"), get()));
    }

    private static void refusal(Map<String, List<Step>> cases) {
        cases.put("valid-texts-kept", List.of(patch("{'display_name':'New','company_name':7}"), get()));
        cases.put("earlier-address-kept", List.of(patch(BILLING + ",'city':'Reno'}," + SHIPPING + ",'type':'home'}]}"), get()));
        cases.put("contacts-kept", List.of(patch(BUYER + ",'first_name':'Ada'}],'attributes':[{'name':'Segment'}]}"), get()));
        cases.put("reps-cleared", List.of(patch("{'assigned_sales_rep_ids':[7]}"), get()));
        cases.put("unsupported-media-applied", List.of(patch("{'display_name':'New'}").with("Content-Type", "text/plain"),
                get()));
        cases.put("code-number", List.of(patch("{'display_name':7}")));
        cases.put("details-by-field", List.of(patch("{'display_name':7}")));
        cases.put("malformed-500", List.of(patch("{'display_name'")));
        cases.put("refused-as-200", List.of(patch(BILLING + ",'type':'home'}]}")));
        cases.put("type-error-500", List.of(patch("{'display_name':7}")));
        cases.put("key-missing-accepted", List.of(patch("{'display_name':'New'}").with("X-API-Key", null), get()));
        cases.put("key-any-accepted", List.of(patch("{'display_name':'New'}").with("X-API-Key", "wrong"), get()));
        cases.put("missing-key-403", List.of(patch("{}").with("X-API-Key", null)));
        cases.put("unauthorized-applied", List.of(patch("{'display_name':'New'}").with("X-API-Key", "wrong"), get()));
    }

    private static void others(Map<String, List<Step>> cases) {
        cases.put("price-list-shared", List.of(patch("{'assigned_price_list_id':'6f000003-2e3d-4c5b-9a69-788796a5b4c3'}"),
                getOther()));
        cases.put("foreign-contact-written", List.of(patch(FOREIGN + ",'first_name':'Ada'}]}"), getOther()));
        cases.put("other-contacts-shown", List.of(patch("{'display_name':'New'}"), get()));
        cases.put("customer-id-of-other", List.of(patch(BILLING + ",'city':'Reno'}]}"), get()));
        cases.put("rep-phone-changed", List.of(patch("{'phone':'+14155550999'}"), get()));
    }

    private static void answers(Map<String, List<Step>> cases) {
        cases.put("charset-refused", List.of(patch("{}").with("Content-Type", "application/json; charset=utf-8")));
        cases.put("answer-latin1", List.of(patch("{}"), get()));
        cases.put("accept-list-406", List.of(patch("{}").with("Accept", "application/json, text/plain, */*")));
        cases.put("old-addresses-shown", List.of(patch(BILLING + ",'city':'Reno'}]}"), get()));
        cases.put("stale-contacts", List.of(get(), patch(BUYER + ",'first_name':'Ada'}]}"), get()));
        cases.put("created-at-shifted", List.of(patch("{'display_name':'New'}"), get()));
        cases.put("status-writable", List.of(patch("{'status':'inactive'}"), get()));
        cases.put("type-capital-shown", List.of(patch(BILLING + ",'city':'Reno'}]}"), get()));
    }

    private static void requestVariants(Map<String, List<Step>> cases) {
        String both = BILLING + ",'type':'shipping','is_default':true}," + SHIPPING + ",'is_default':true}]}";
        cases.put("unknown-refused", List.of(patch("{'status':'inactive'}"), get()));
        cases.put("empty-patch-refused", List.of(patch("{}"), get()));
        cases.put("null-ignored",
                List.of(patch("{'company_name':null,'addresses':null,'primary_contact_id':null,'assigned_sales_rep_ids':null}"),
                patch(BILLING + ",'city':null,'is_default':null,'attributes':null}]}"), get()));
        cases.put("touch-always", List.of(patch("{}"), get()));
        cases.put("content-type-ignored", List.of(patch("{'display_name':'New'}").with("Content-Type", "text/plain"), get()));
        cases.put("last-name-wins", List.of(patch("{'display_name':'a','display_name':'b'}"), get()));
        cases.put("malformed-id-400", List.of(get().at("GET", "/v1/customers/7")));
        cases.put("prose-formats-unchecked", List.of(patch("{'phone':'555','email':'none'}"), get()));
        cases.put("attributes-replaced", List.of(patch("{'attributes':[{'name':'Segment','value':'a'}]}"), get()));
        cases.put("independent-defaults",
                List.of(patch("{'contacts':[{'id':'44dae3e6-80b1-4d5c-8f97-136a9d5eac84','is_default':true}]}"), get()));
        cases.put("single-default", List.of(patch(both), get()));
        cases.put("not-acceptable-406", List.of(patch("{}").with("Accept", "text/html"), get()));
    }

    private static void answerVariants(Map<String, List<Step>> cases) {
        List<Step> usual = List.of(get(), patch(BILLING + "}," + SHIPPING + ",'city':'Reno'}]}"), patch("{'display_name':7}"));
        for (String name : List.of("pretty-sorted", "chunked", "connection-close", "charset-parameter", "extra-headers",
                "extra-members", "other-messages", "no-details", "rows-newest-first", "time-fractions", "full-name-derived")) {
            cases.put(name, usual);
        }
        cases.put("reps-sorted", List.of(patch("{'assigned_sales_rep_ids':['5e000001-1f2e-4d3c-8b5a-69788796a5b1'," + REP + "]}"),
                get()));
        cases.put("options-answered", List.of(get().at("OPTIONS", get().path()), get().at("PUT", get().path())));
    }
}

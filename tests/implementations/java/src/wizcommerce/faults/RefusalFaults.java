package wizcommerce.faults;

import static wizcommerce.model.Tree.copied;
import static wizcommerce.model.Tree.list;
import static wizcommerce.model.Tree.map;
import static wizcommerce.model.Twist.fault;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import wizcommerce.json.JsonException;
import wizcommerce.json.JsonNumber;
import wizcommerce.json.JsonReader;
import wizcommerce.model.Field;
import wizcommerce.model.Refusal;
import wizcommerce.model.Reply;
import wizcommerce.model.Tree;
import wizcommerce.model.Twist;

/** Refused requests that change something, that are answered in another form, or that are not refused for want of a key. */
final class RefusalFaults {
    private static final String ATOMICITY = "atomicity";
    private static final String ENVELOPE = "error_envelope";
    private static final String AUTH = "auth";
    private static final Pattern ADDRESS = Pattern.compile("addresses\\[([0-9]+)].*");

    private RefusalFaults() {}

    static List<Twist> all() {
        return List.of(
                fault("valid-texts-kept", ATOMICITY, "", "of a refused request the valid texts of the top level are stored")
                        .refused(RefusalFaults::keepTexts),
                fault("earlier-address-kept", ATOMICITY, "addresses",
                        "of a refused request the addresses before the wrong one are stored")
                        .refused(RefusalFaults::keepAddresses),
                fault("contacts-kept", ATOMICITY, "contacts",
                        "contacts are stored although the attributes beside them are refused")
                        .refused(RefusalFaults::keepContacts),
                fault("reps-cleared", ATOMICITY, "assigned_sales_rep_ids",
                        "a refused list of sales representatives leaves the customer without any")
                        .refused(refusal -> keepIf(refusal, refusal.blames("assigned_sales_rep_ids"),
                                Map.of("assigned_sales_rep_ids", List.of()))),
                fault("unsupported-media-applied", ATOMICITY, "", "a body of another media type is answered 415, and stored")
                        .refused(refusal -> keepUnread(refusal, 415)),
                fault("code-number", ENVELOPE, "", "the code of an error is the number of its status")
                        .answer((request, reply) -> error(reply).computeIfPresent("code", (name, code) ->
                                new JsonNumber(String.valueOf(reply.status)))),
                fault("details-by-field", ENVELOPE, "", "the details of an error are an object of fields and reasons")
                        .answer((request, reply) -> error(reply).computeIfPresent("details", (name, details) ->
                                byField(list(details)))),
                fault("malformed-500", ENVELOPE, "", "a body that is not JSON is answered 500")
                        .answer((request, reply) -> status(reply, "malformed_json".equals(error(reply).get("code")), 500)),
                fault("refused-as-200", ENVELOPE, "", "invalid values are answered 200 with the body of an error")
                        .answer((request, reply) -> status(reply, "validation_failed".equals(error(reply).get("code")), 200)),
                fault("type-error-500", ENVELOPE, "", "a value of the wrong type is answered 500")
                        .answer((request, reply) -> status(reply, tellsOfType(reply), 500)),
                fault("key-missing-accepted", AUTH, "", "a PATCH without a key is served")
                        .admit((request, honest) -> honest || (request.method().equals("PATCH") && !request.has("x-api-key"))),
                fault("key-any-accepted", AUTH, "", "a PATCH with any key is served")
                        .admit((request, honest) -> honest || (request.method().equals("PATCH")
                                && !request.header("x-api-key").isEmpty())),
                fault("missing-key-403", AUTH, "", "a request without a key is answered 403")
                        .answer((request, reply) -> status(reply, reply.status == 401 && !request.has("x-api-key"), 403)),
                fault("unauthorized-applied", AUTH, "", "a PATCH without a valid key is answered 401, and stored")
                        .refused(refusal -> keepUnread(refusal, 401)));
    }

    private static void keepTexts(Refusal refusal) {
        Map<String, Object> part = new LinkedHashMap<>();
        for (Field field : Field.CUSTOMER) {
            if (refusal.patch().get(field.name()) instanceof String text && !refusal.blames(field.name())) {
                part.put(field.name(), text);
            }
        }
        keepIf(refusal, !part.isEmpty(), part);
    }

    private static void keepAddresses(Refusal refusal) {
        int wrong = refusal.problem().violations.stream().map(found -> ADDRESS.matcher(found.path())).filter(Matcher::matches)
                .mapToInt(path -> Integer.parseInt(path.group(1))).min().orElse(0);
        keepIf(refusal, wrong > 0, Map.of("addresses", List.copyOf(list(refusal.patch().get("addresses")).subList(0, wrong))));
    }

    private static void keepContacts(Refusal refusal) {
        boolean valid = refusal.blames("attributes") && !refusal.blames("contacts");
        keepIf(refusal, valid, Map.of("contacts", list(refusal.patch().get("contacts"))));
    }

    private static void keepIf(Refusal refusal, boolean wanted, Map<String, Object> part) {
        if (wanted) {
            refusal.keep().accept(copied(part));
        }
    }

    private static void keepUnread(Refusal refusal, int status) {
        if (refusal.problem().status != status) {
            return;
        }
        try {
            Object body = JsonReader.read(refusal.request().body(), true);
            keepIf(refusal, body instanceof Map, map(body));
        } catch (JsonException e) {
            // Nothing can be stored of a body that is not JSON.
        }
    }

    /** The body of an error, to be changed; an empty map for an answer that is none. */
    private static Map<String, Object> error(Reply reply) {
        return reply.succeeded() ? new LinkedHashMap<>() : map(reply.body);
    }

    private static void status(Reply reply, boolean wanted, int status) {
        if (wanted) {
            reply.status = status;
        }
    }

    private static Map<String, Object> byField(List<Object> details) {
        Map<String, Object> reasons = new LinkedHashMap<>();
        details.forEach(detail -> reasons.put(Tree.text(map(detail), "field"), map(detail).get("reason")));
        return reasons;
    }

    private static boolean tellsOfType(Reply reply) {
        return Tree.rows(error(reply), "details").stream()
                .anyMatch(detail -> Tree.text(detail, "reason").matches("must be an? (string|boolean|array|object)"));
    }
}

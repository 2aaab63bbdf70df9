package wizcommerce.faults;

import static wizcommerce.model.Tree.list;
import static wizcommerce.model.Tree.map;
import static wizcommerce.model.Tree.rows;
import static wizcommerce.model.Tree.text;
import static wizcommerce.model.Twist.variant;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import wizcommerce.json.JsonWriter;
import wizcommerce.model.Reply;
import wizcommerce.model.Request;
import wizcommerce.model.Seed;
import wizcommerce.model.Tree;
import wizcommerce.model.Twist;
import wizcommerce.model.View;

/** How answers look where the document leaves it open. */
final class AnswerVariants {
    private AnswerVariants() {}

    static List<Twist> all() {
        return List.of(
                variant("pretty-sorted", "answers are indented JSON with sorted names")
                        .answer((request, reply) -> reply.encoder = AnswerVariants::prettySorted),
                variant("chunked", "answers come in chunks, without Content-Length")
                        .answer((request, reply) -> reply.chunked = true),
                variant("connection-close", "the connection is closed after each answer")
                        .answer((request, reply) -> reply.headers.put("Connection", "close")),
                variant("charset-parameter", "the content type of answers names the charset")
                        .answer((request, reply) ->
                                reply.headers.computeIfPresent("Content-Type", (name, type) -> type + "; charset=utf-8")),
                variant("extra-headers", "answers have ETag, Location, limits of the rate, an id of the request and more")
                        .answer(AnswerVariants::addHeaders),
                variant("extra-members", "answers have members that the document does not name, at each level")
                        .show(AnswerVariants::addMembers).answer(AnswerVariants::addEnvelopeMembers),
                variant("other-messages", "errors have other codes, messages and reasons, in another language")
                        .answer(AnswerVariants::translate),
                variant("no-details", "errors have a code and a message alone").answer((request, reply) -> {
                    if (!reply.succeeded()) {
                        map(reply.body).remove("details");
                    }
                }),
                variant("reps-sorted", "sales representatives are shown by their last name, whatever the order of the ids")
                        .show(view -> list(view.shown().get("assigned_sales_reps")).sort(Comparator.comparing(rep ->
                                text(map(rep), "last_name")))),
                variant("rows-newest-first", "addresses and contacts are shown in the order of their last change")
                        .show(AnswerVariants::sortByTime),
                variant("time-fractions", "times are shown with fractions of a second").show(view -> addFractions(view.shown())),
                variant("full-name-derived",
                        "customer, addresses and contacts show a full_name that follows first_name and last_name")
                        .show(AnswerVariants::addFullNames),
                variant("options-answered", "OPTIONS is answered 204 with the methods").answer(AnswerVariants::tellOptions));
    }

    private static byte[] prettySorted(Object tree) {
        return new JsonWriter(true, true).written(tree).getBytes(StandardCharsets.UTF_8);
    }

    private static void addHeaders(Request request, Reply reply) {
        reply.headers.put("X-Request-Id", UUID.randomUUID().toString());
        reply.headers.put("X-RateLimit-Limit", "600");
        reply.headers.put("X-RateLimit-Remaining", "599");
        reply.headers.put("Cache-Control", "no-store");
        reply.headers.put("Vary", "X-API-Key");
        if (reply.succeeded()) {
            reply.headers.put("ETag", "\"" + Integer.toHexString(Arrays.hashCode(reply.bytes())) + "\"");
        }
        if (reply.status == 201) {
            reply.headers.put("Location", request.path());
        }
    }

    private static void addMembers(View view) {
        view.shown().put("tags", new ArrayList<>());
        view.shown().put("currency", "USD");
        view.shown().put("links", Seed.row("self", "/v1/customers/" + view.shown().get("id")));
        for (String group : List.of("addresses", "contacts", "attributes")) {
            rows(view.shown(), group).forEach(row -> row.put("external_id", null));
        }
    }

    private static void addEnvelopeMembers(Request request, Reply reply) {
        if (reply.body != null) {
            map(reply.body).put("meta", Seed.row("api_version", "1.0"));
        }
    }

    private static void translate(Request request, Reply reply) {
        if (reply.succeeded()) {
            return;
        }
        Map<String, Object> error = map(reply.body);
        error.put("code", "E" + reply.status + "-01");
        error.put("message", "Die Anfrage wurde nicht ausgeführt.");
        rows(error, "details").forEach(detail -> detail.put("reason", "Der Wert ist ungültig."));
    }

    private static void sortByTime(View view) {
        for (String group : List.of("addresses", "contacts")) {
            list(view.shown().get(group)).sort(Comparator.comparing((Object row) -> text(map(row), "updated_at")).reversed());
        }
    }

    private static void addFractions(Object value) {
        if (value instanceof List<?> items) {
            items.forEach(AnswerVariants::addFractions);
        } else if (value instanceof Map) {
            Map<String, Object> owner = map(value);
            owner.values().forEach(AnswerVariants::addFractions);
            for (String name : List.of("created_at", "updated_at")) {
                owner.computeIfPresent(name, (key, time) -> ((String) time).replace("Z", ".000Z"));
            }
        }
    }

    private static void addFullNames(View view) {
        List<Map<String, Object>> persons = new ArrayList<>(List.of(view.shown()));
        persons.addAll(Tree.rows(view.shown(), "addresses"));
        persons.addAll(Tree.rows(view.shown(), "contacts"));
        persons.forEach(person ->
                person.put("full_name", (text(person, "first_name") + " " + text(person, "last_name")).strip()));
    }

    private static void tellOptions(Request request, Reply reply) {
        if (request.method().equals("OPTIONS") && reply.status == 405) {
            reply.status = 204;
            reply.body = null;
            reply.headers.remove("Content-Type");
            reply.headers.put("Accept-Patch", "application/json");
        }
        reply.headers.computeIfPresent("Allow", (name, methods) -> "GET, HEAD, OPTIONS, PATCH");
    }
}

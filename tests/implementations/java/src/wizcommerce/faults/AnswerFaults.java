package wizcommerce.faults;

import static wizcommerce.model.Tree.copy;
import static wizcommerce.model.Tree.find;
import static wizcommerce.model.Tree.rows;
import static wizcommerce.model.Tree.text;
import static wizcommerce.model.Twist.fault;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import wizcommerce.json.JsonWriter;
import wizcommerce.model.Change;
import wizcommerce.model.Problem;
import wizcommerce.model.Reply;
import wizcommerce.model.Request;
import wizcommerce.model.Twist;
import wizcommerce.model.View;

/** Answers that do not show what is stored, read-only members that change, and headers that are misread. */
final class AnswerFaults {
    private static final String NEGOTIATION = "negotiation";
    private static final String RESPONSE = "response";
    private static final Duration ZONE = Duration.ofMinutes(330);

    private AnswerFaults() {}

    static List<Twist> all() {
        return List.of(
                fault("charset-refused", NEGOTIATION, "", "application/json with charset=utf-8 is answered 415")
                        .read((request, honest) -> honest && !request.header("content-type").contains("charset")),
                fault("answer-latin1", NEGOTIATION, "", "the answer to a PATCH is JSON in ISO 8859-1")
                        .answer(AnswerFaults::writeLatin1),
                fault("accept-list-406", NEGOTIATION, "",
                        "an Accept header with more than one media type is answered 406, also where JSON is among them")
                        .receive(AnswerFaults::refuseList),
                fault("old-addresses-shown", RESPONSE, "addresses",
                        "the answer to a PATCH shows the addresses as they were before")
                        .show(AnswerFaults::showOldAddresses),
                fault("stale-contacts", RESPONSE, "contacts",
                        "a GET shows the contacts of an earlier GET when the change between was in contacts")
                        .show(staleContacts()),
                fault("created-at-shifted", RESPONSE, "created_at",
                        "each PATCH stores created_at again as if it were local time of India")
                        .after(AnswerFaults::shiftTime),
                fault("status-writable", RESPONSE, "status", "a sent status, which is in answers alone, is stored")
                        .after(AnswerFaults::writeStatus),
                fault("type-capital-shown", RESPONSE, "addresses.type",
                        "the answer to a PATCH shows the type of the sent addresses with a capital letter")
                        .show(AnswerFaults::capitalise));
    }

    private static void writeLatin1(Request request, Reply reply) {
        if (request.method().equals("PATCH")) {
            reply.encoder = tree -> JsonWriter.text(tree).getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private static void refuseList(Request request) {
        if (request.header("accept").contains(",")) {
            throw Problem.of(406, "not_acceptable", "Only application/json can be sent.");
        }
    }

    private static void showOldAddresses(View view) {
        if (!view.reads()) {
            view.shown().put("addresses", copy(view.change().before().get("addresses")));
        }
    }

    private static Consumer<View> staleContacts() {
        Map<String, Object> cache = new ConcurrentHashMap<>();
        return view -> {
            String id = text(view.document(), "id");
            if (view.reads()) {
                view.shown().put("contacts", copy(cache.computeIfAbsent(id, key -> copy(view.document().get("contacts")))));
            } else if (!view.change().sends("contacts")) {
                cache.remove(id);
            }
        };
    }

    private static void shiftTime(Change change) {
        change.after().put("created_at", Instant.parse(text(change.after(), "created_at")).minus(ZONE).toString());
    }

    private static void writeStatus(Change change) {
        if (change.patch().get("status") instanceof String status) {
            change.after().put("status", status);
        }
    }

    private static void capitalise(View view) {
        if (view.reads()) {
            return;
        }
        for (Map<String, Object> sent : rows(view.change().patch(), "addresses")) {
            find(rows(view.shown(), "addresses"), "id", sent.get("id")).filter(row -> !text(row, "type").isEmpty())
                    .ifPresent(row -> row.compute("type", (name, type) -> "billing".equals(type) ? "Billing" : "Shipping"));
        }
    }
}

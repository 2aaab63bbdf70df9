package wizcommerce.service;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import wizcommerce.json.JsonException;
import wizcommerce.json.JsonReader;
import wizcommerce.model.Behaviour;
import wizcommerce.model.Change;
import wizcommerce.model.Problem;
import wizcommerce.model.Refusal;
import wizcommerce.model.Reply;
import wizcommerce.model.Request;
import wizcommerce.model.Seed;
import wizcommerce.model.Store;
import wizcommerce.model.Tree;
import wizcommerce.model.Violation;

/** The resource {@code /v1/customers/{id}}: what each request is answered. */
public final class Customers {
    private static final Pattern PATH = Pattern.compile("/v1/customers/([^/]+)");
    private static final String METHODS = "GET, HEAD, PATCH";

    private final Store store;
    private final Behaviour behaviour;
    private final Renderer renderer;

    public Customers(Store store, Behaviour behaviour) {
        this.store = store;
        this.behaviour = behaviour;
        this.renderer = new Renderer(store, behaviour);
    }

    /** The answer to a request; never throws. */
    public Reply answer(Request request) {
        Reply reply;
        try {
            behaviour.receive(request);
            reply = served(request);
        } catch (Problem problem) {
            reply = refusal(problem);
        } catch (RuntimeException failure) {
            failure.printStackTrace();
            reply = refusal(Problem.of(500, "internal_error", "The service failed."));
        }
        behaviour.answer(request, reply);
        return reply;
    }

    private Reply served(Request request) {
        Matcher path = PATH.matcher(request.path());
        if (!path.matches()) {
            throw Problem.of(404, "not_found", "There is nothing at this path.");
        }
        if (!request.reads() && !request.method().equals("PATCH")) {
            throw Problem.with(405, "method_not_allowed", "The method is not allowed here.", Map.of("Allow", METHODS));
        }
        String id = path.group(1);
        return request.reads() ? read(id, request) : store.alone(id, () -> patched(id, request));
    }

    private Reply read(String id, Request request) {
        authenticate(request);
        return new Reply(200, envelope(renderer.shown(existing(id), null)));
    }

    private Reply patched(String id, Request request) {
        Map<String, Object> patch = new LinkedHashMap<>();
        try {
            authenticate(request);
            existing(id);
            acceptMedia(request);
            patch.putAll(body(request));
            return changed(id, behaviour.rewritten(patch));
        } catch (Problem problem) {
            Map<String, Object> before = store.customer(id);
            if (before != null) {
                behaviour.refused(new Refusal(problem, request, patch, before, part -> carryOut(change(id, part))));
            }
            throw problem;
        }
    }

    private void authenticate(Request request) {
        boolean known = request.headers().getOrDefault("x-api-key", List.of()).equals(List.of(Seed.KEY));
        if (!behaviour.admits(request, known)) {
            throw Problem.with(401, "unauthorized", "A valid API key is needed.",
                    Map.of("WWW-Authenticate", "ApiKey realm=\"customers\""));
        }
    }

    private Map<String, Object> existing(String id) {
        Map<String, Object> customer = store.customer(id);
        if (customer == null) {
            throw Problem.notFound();
        }
        return customer;
    }

    private void acceptMedia(Request request) {
        if (!behaviour.reads(request, Media.isJson(request))) {
            throw Problem.with(415, "unsupported_media_type", "The body must be application/json.",
                    Map.of("Accept-Patch", "application/json"));
        }
        if (request.tooLarge()) {
            throw Problem.of(413, "payload_too_large", "The body is too large.");
        }
    }

    private Map<String, Object> body(Request request) {
        Object body;
        try {
            body = JsonReader.read(request.body(), behaviour.is("last-name-wins"));
        } catch (JsonException e) {
            throw Problem.of(400, "malformed_json", "The body is not JSON: " + e.getMessage() + ".");
        }
        if (!(body instanceof Map)) {
            throw Problem.of(400, "invalid_body", "The body must be an object.");
        }
        return Tree.map(body);
    }

    private Reply changed(String id, Map<String, Object> patch) {
        Change change = change(id, patch);
        List<Violation> found = Validator.violations(store, change.before(), patch);
        if (!behaviour.is("unknown-refused")) {
            found.removeIf(violation -> violation.rule().equals("unknown"));
        }
        List<Violation> judged = behaviour.judged(change, found);
        if (!judged.isEmpty()) {
            throw Problem.invalid(judged);
        }
        carryOut(change);
        return new Reply(201, envelope(renderer.shown(store.customer(id), change)));
    }

    private Change change(String id, Map<String, Object> patch) {
        Map<String, Object> before = store.customer(id);
        return new Change(patch, before, Tree.copied(before), store);
    }

    private void carryOut(Change change) {
        new Updater(behaviour, change).apply();
        store.publish(change.after());
    }

    private static Map<String, Object> envelope(Map<String, Object> data) {
        return new HashMap<>(Map.of("data", data));
    }

    private static Reply refusal(Problem problem) {
        List<Object> details = new ArrayList<>();
        for (Violation violation : problem.violations) {
            details.add(Seed.row("field", violation.path(), "reason", violation.reason()));
        }
        Reply reply = new Reply(problem.status, Seed.row("code", problem.code, "message", problem.getMessage(),
                "details", details));
        reply.headers.putAll(problem.headers);
        return reply;
    }
}

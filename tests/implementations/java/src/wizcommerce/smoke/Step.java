package wizcommerce.smoke;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import wizcommerce.model.Seed;

/** One request of a smoke case; what it is answered becomes one text, so that two services can be compared. */
record Step(String method, String path, Map<String, String> headers, String body) {
    private static final String FIRST = "/v1/customers/" + Seed.FIRST;
    private static final String SECOND = "/v1/customers/" + Seed.SECOND;

    /** A PATCH of the first customer; apostrophes stand for quotation marks. */
    static Step patch(String body) {
        return new Step("PATCH", FIRST, keyAnd("Content-Type", "application/json"), body.replace('\'', '"'));
    }

    static Step get() {
        return new Step("GET", FIRST, keyAnd("Accept", "application/json"), null);
    }

    static Step getOther() {
        return new Step("GET", SECOND, keyAnd("Accept", "application/json"), null);
    }

    private static Map<String, String> keyAnd(String name, String value) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("X-API-Key", Seed.KEY);
        headers.put(name, value);
        return headers;
    }

    /** The same with another header; without it for null. */
    Step with(String name, String value) {
        Map<String, String> changed = new LinkedHashMap<>(headers);
        changed.remove(name);
        if (value != null) {
            changed.put(name, value);
        }
        return new Step(method, path, changed, body);
    }

    Step at(String otherMethod, String otherPath) {
        return new Step(otherMethod, otherPath, headers, body);
    }

    /** Status, headers but for the date, and body. */
    String sent(HttpClient client, String url) throws IOException, InterruptedException {
        var publisher = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path)).method(method, publisher);
        headers.forEach(request::header);
        HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
        Map<String, Object> shown = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        shown.putAll(response.headers().map());
        shown.remove("date");
        shown.remove("content-length");
        return response.statusCode() + " " + shown + " " + new String(response.body(), StandardCharsets.UTF_8);
    }
}

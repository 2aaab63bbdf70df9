package wizcommerce.model;

import java.util.List;
import java.util.Map;

/** A request: header names in lower case, {@code tooLarge} where more was sent than {@code body} holds. */
public record Request(String method, String path, Map<String, List<String>> headers, byte[] body, boolean tooLarge) {
    /** The values of a header in one line; empty where it is missing. */
    public String header(String name) {
        return String.join(", ", headers.getOrDefault(name, List.of()));
    }

    public boolean has(String name) {
        return headers.containsKey(name);
    }

    public boolean reads() {
        return method.equals("GET") || method.equals("HEAD");
    }

    /** The media type without parameters, in lower case. */
    public String mediaType() {
        return header("content-type").split(";", 2)[0].strip().toLowerCase(java.util.Locale.ROOT);
    }
}

package wizcommerce.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import wizcommerce.json.JsonWriter;

/** An answer that is being made: the body as a tree, and how it becomes bytes. */
public final class Reply {
    public int status;
    public final Map<String, String> headers = new LinkedHashMap<>();
    /** The tree of the body; null is an answer without a body. */
    public Object body;
    public Function<Object, byte[]> encoder = JsonWriter::bytes;
    public boolean chunked;

    public Reply(int status, Object body) {
        this.status = status;
        this.body = body;
        headers.put("Content-Type", "application/json");
    }

    public boolean succeeded() {
        return status < 300;
    }

    public byte[] bytes() {
        return body == null ? new byte[0] : encoder.apply(body);
    }
}

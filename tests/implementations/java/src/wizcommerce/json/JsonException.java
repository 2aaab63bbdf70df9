package wizcommerce.json;

/** A text that is not JSON, with the offset (in characters) where that shows. */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public JsonException(String message, int offset) {
        super(message + " at offset " + offset);
    }
}

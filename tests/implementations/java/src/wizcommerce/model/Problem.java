package wizcommerce.model;

import java.util.List;
import java.util.Map;

/** A request that is not served: the status, the code and message of the answer, and what was wrong with which property. */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public final int status;
    public final String code;
    public final transient Map<String, String> headers;
    public final transient List<Violation> violations;

    private Problem(int status, String code, String message, Map<String, String> headers, List<Violation> violations) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.headers = headers;
        this.violations = violations;
    }

    public static Problem of(int status, String code, String message) {
        return new Problem(status, code, message, Map.of(), List.of());
    }

    public static Problem with(int status, String code, String message, Map<String, String> headers) {
        return new Problem(status, code, message, headers, List.of());
    }

    public static Problem invalid(List<Violation> violations) {
        return new Problem(400, "validation_failed", "The request has values that are not valid.", Map.of(), violations);
    }

    public static Problem notFound() {
        return of(404, "not_found", "There is no such customer.");
    }
}

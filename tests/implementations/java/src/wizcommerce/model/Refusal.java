package wizcommerce.model;

import java.util.Map;
import java.util.function.Consumer;

/**
 * A PATCH that is refused.
 *
 * @param patch what was sent; empty where the body was not read
 * @param before the customer's document
 * @param keep carries out a patch all the same
 */
public record Refusal(Problem problem, Request request, Map<String, Object> patch, Map<String, Object> before,
        Consumer<Map<String, Object>> keep) {
    /** Whether a property of the top level, or something inside, is a reason for the refusal. */
    public boolean blames(String name) {
        return problem.violations.stream().anyMatch(found -> found.field().equals(name) || found.field().startsWith(name + "."));
    }
}

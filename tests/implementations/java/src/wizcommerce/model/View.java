package wizcommerce.model;

import java.util.Map;

/**
 * The customer in an answer, while it is made.
 *
 * @param shown the object that is answered under {@code data}, which may be changed
 * @param document what is stored
 * @param change the PATCH that is answered, null for a GET
 */
public record View(Map<String, Object> shown, Map<String, Object> document, Change change) {
    public boolean reads() {
        return change == null;
    }
}

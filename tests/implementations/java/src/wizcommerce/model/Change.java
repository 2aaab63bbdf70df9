package wizcommerce.model;

import java.util.Map;

/**
 * One valid PATCH while it is carried out.
 *
 * @param patch what was sent
 * @param before the customer's document as it is stored, not to be changed
 * @param after its copy, which is changed and then published
 */
public record Change(Map<String, Object> patch, Map<String, Object> before, Map<String, Object> after, Store store) {
    public String id() {
        return (String) before.get("id");
    }

    public boolean sends(String name) {
        return patch.containsKey(name);
    }

    /** The published document of the other customer, not to be changed. */
    public Map<String, Object> other() {
        return store.customer(store.customerIds().stream().filter(id -> !id.equals(id())).sorted().findFirst().orElseThrow());
    }
}

package wizcommerce.service;

import static wizcommerce.model.Tree.copied;
import static wizcommerce.model.Tree.list;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import wizcommerce.model.Behaviour;
import wizcommerce.model.Change;
import wizcommerce.model.Store;
import wizcommerce.model.View;

/** Makes what is shown of a customer: the document with the records that its ids name. */
final class Renderer {
    private final Store store;
    private final Behaviour behaviour;

    Renderer(Store store, Behaviour behaviour) {
        this.store = store;
        this.behaviour = behaviour;
    }

    Map<String, Object> shown(Map<String, Object> document, Change change) {
        Map<String, Object> shown = new LinkedHashMap<>();
        copied(document).forEach((name, value) -> {
            switch (name) {
                case "assigned_sales_rep_ids" -> shown.put("assigned_sales_reps", salesReps(list(value)));
                case "assigned_price_list_id" -> shown.put("assigned_price_list", copied(store.priceLists().get(value)));
                default -> shown.put(name, value);
            }
        });
        behaviour.show(new View(shown, document, change));
        return shown;
    }

    private List<Object> salesReps(List<Object> ids) {
        List<Object> reps = new ArrayList<>();
        ids.forEach(id -> reps.add(copied(store.salesReps().get(id))));
        return reps;
    }
}

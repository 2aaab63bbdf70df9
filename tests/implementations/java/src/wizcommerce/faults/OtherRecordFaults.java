package wizcommerce.faults;

import static wizcommerce.model.Tree.copied;
import static wizcommerce.model.Tree.copy;
import static wizcommerce.model.Tree.find;
import static wizcommerce.model.Tree.rows;
import static wizcommerce.model.Twist.fault;
import static wizcommerce.model.Twist.violation;

import java.util.List;
import java.util.Map;
import wizcommerce.model.Change;
import wizcommerce.model.Tree;
import wizcommerce.model.Twist;
import wizcommerce.model.View;
import wizcommerce.model.Violation;

/** Other records that are changed or shown. */
final class OtherRecordFaults {
    private static final String FAMILY = "isolation";
    private static final String PRICE_LIST = "assigned_price_list_id";

    private OtherRecordFaults() {}

    static List<Twist> all() {
        return List.of(
                fault("price-list-shared", FAMILY, "assigned_price_list_id",
                        "the price list is assigned to the other customer, too")
                        .after(OtherRecordFaults::sharePriceList),
                fault("foreign-contact-written", FAMILY, "contacts.id",
                        "the id of another customer's contact is accepted, and that contact is changed")
                        .waive(found -> found.is("contacts.id", "reference")).demand(OtherRecordFaults::refuseUnknown)
                        .after(OtherRecordFaults::writeForeign),
                fault("other-contacts-shown", FAMILY, "contacts",
                        "the answer to a PATCH without contacts shows the contacts of the other customer")
                        .show(OtherRecordFaults::showForeign),
                fault("customer-id-of-other", FAMILY, "addresses", "a changed address gets the customer_id of the other customer")
                        .after(OtherRecordFaults::giveAway),
                fault("rep-phone-changed", FAMILY, "phone",
                        "the customer's phone is written to the first sales representative, too")
                        .after(OtherRecordFaults::changeRep));
    }

    private static void sharePriceList(Change change) {
        if (change.sends(PRICE_LIST)) {
            Map<String, Object> other = copied(change.other());
            other.put(PRICE_LIST, change.after().get(PRICE_LIST));
            change.store().publish(other);
        }
    }

    private static List<Violation> refuseUnknown(Change change) {
        boolean found = rows(change.patch(), "contacts").stream().filter(sent -> sent.containsKey("id")).anyMatch(sent ->
                find(rows(change.before(), "contacts"), "id", sent.get("id")).isEmpty()
                        && find(rows(change.other(), "contacts"), "id", sent.get("id")).isEmpty());
        return violation(found, "contacts.id", "reference", "");
    }

    private static void writeForeign(Change change) {
        Map<String, Object> other = copied(change.other());
        for (Map<String, Object> sent : rows(change.patch(), "contacts")) {
            find(rows(other, "contacts"), "id", sent.get("id")).ifPresent(row -> {
                sent.forEach((name, value) -> row.computeIfPresent(name, (key, old) -> old instanceof String ? value : old));
                change.store().publish(other);
            });
        }
    }

    private static void showForeign(View view) {
        if (!view.reads() && !view.change().sends("contacts")) {
            view.shown().put("contacts", copy(view.change().other().get("contacts")));
        }
    }

    private static void giveAway(Change change) {
        for (Map<String, Object> sent : rows(change.patch(), "addresses")) {
            find(rows(change.after(), "addresses"), "id", sent.get("id"))
                    .ifPresent(row -> row.put("customer_id", change.other().get("id")));
        }
    }

    private static void changeRep(Change change) {
        Tree.list(change.after().get("assigned_sales_rep_ids")).stream().findFirst().filter(id -> change.sends("phone"))
                .ifPresent(id -> change.store().salesReps().get(id).put("phone", change.after().get("phone")));
    }
}

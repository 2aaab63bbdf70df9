package wizcommerce.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.Map;

/** A difference from the honest service: a fault or a conforming variant, by what it does at the points where it may step in. */
public final class Twist {
    public final String name;
    public final String family;
    public final String field;
    public final String description;
    UnaryOperator<Map<String, Object>> rewrite = patch -> patch;
    Predicate<Violation> waive = violation -> false;
    Function<Change, List<Violation>> demand = change -> List.of();
    Function<Write, Object> store = Write::value;
    Consumer<Change> after = change -> {};
    Consumer<Refusal> refused = refusal -> {};
    Consumer<View> show = view -> {};
    BiConsumer<Request, Reply> answer = (request, reply) -> {};
    BiPredicate<Request, Boolean> admit = (request, honest) -> honest;
    BiPredicate<Request, Boolean> read = (request, honest) -> honest;
    Consumer<Request> receive = request -> {};

    private Twist(String name, String family, String field, String description) {
        this.name = name;
        this.family = family;
        this.field = field;
        this.description = description;
    }

    public static Twist fault(String name, String family, String field, String description) {
        return new Twist(name, family, field, description);
    }

    public static Twist variant(String name, String description) {
        return new Twist(name, "", "", description);
    }

    /** Changes the patch before it is checked. */
    public Twist rewrite(UnaryOperator<Map<String, Object>> step) {
        rewrite = step;
        return this;
    }

    /** Lets a violation pass. */
    public Twist waive(Predicate<Violation> step) {
        waive = step;
        return this;
    }

    /** Adds violations to those that were found. */
    public Twist demand(Function<Change, List<Violation>> step) {
        demand = step;
        return this;
    }

    /** Decides what is written for a value. */
    public Twist store(Function<Write, Object> step) {
        store = step;
        return this;
    }

    /** The same for one property. */
    public Twist store(String written, Function<Write, Object> step) {
        return store(write -> write.field().equals(written) ? step.apply(write) : write.value());
    }

    /** Acts on the changed document before it is published. */
    public Twist after(Consumer<Change> step) {
        after = step;
        return this;
    }

    /** Acts when a PATCH is refused. */
    public Twist refused(Consumer<Refusal> step) {
        refused = step;
        return this;
    }

    /** Changes what is shown of a customer. */
    public Twist show(Consumer<View> step) {
        show = step;
        return this;
    }

    /** Changes the whole answer. */
    public Twist answer(BiConsumer<Request, Reply> step) {
        answer = step;
        return this;
    }

    /** Decides whether a request's credential is good. */
    public Twist admit(BiPredicate<Request, Boolean> step) {
        admit = step;
        return this;
    }

    /** Decides whether a request's content type is one that is read. */
    public Twist read(BiPredicate<Request, Boolean> step) {
        read = step;
        return this;
    }

    /** Acts before anything else; may throw a {@link Problem}. */
    public Twist receive(Consumer<Request> step) {
        receive = step;
        return this;
    }

    /** All violations of one property that some text makes. */
    public static List<Violation> violation(boolean found, String field, String rule, Object value) {
        List<Violation> violations = new ArrayList<>();
        if (found) {
            violations.add(new Violation(field, field, 0, rule, value, "is not valid"));
        }
        return violations;
    }
}

package wizcommerce.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The twists of this run, as one. Without twists each method does what the honest service does. */
public final class Behaviour {
    private final List<Twist> twists;

    public Behaviour(List<Twist> twists) {
        this.twists = List.copyOf(twists);
    }

    /** Whether a variant is on that the honest code itself must know of. */
    public boolean is(String name) {
        return twists.stream().anyMatch(twist -> twist.name.equals(name));
    }

    public Map<String, Object> rewritten(Map<String, Object> patch) {
        Map<String, Object> result = patch;
        for (Twist twist : twists) {
            result = twist.rewrite.apply(result);
        }
        return result;
    }

    public List<Violation> judged(Change change, List<Violation> found) {
        List<Violation> result = new ArrayList<>(found);
        for (Twist twist : twists) {
            result.removeIf(twist.waive);
            result.addAll(twist.demand.apply(change));
        }
        return result;
    }

    /** What is to be written: the value, another one of the first twist that has one, {@link Write#SKIP} for null. */
    public Object stored(Write write) {
        for (Twist twist : twists) {
            Object value = twist.store.apply(write);
            if (value != write.value()) {
                return value;
            }
        }
        return write.value() == null ? Write.SKIP : write.value();
    }

    public void after(Change change) {
        twists.forEach(twist -> twist.after.accept(change));
    }

    public void refused(Refusal refusal) {
        twists.forEach(twist -> twist.refused.accept(refusal));
    }

    public void show(View view) {
        twists.forEach(twist -> twist.show.accept(view));
    }

    public void answer(Request request, Reply reply) {
        twists.forEach(twist -> twist.answer.accept(request, reply));
    }

    public void receive(Request request) {
        twists.forEach(twist -> twist.receive.accept(request));
    }

    public boolean admits(Request request, boolean honest) {
        boolean result = honest;
        for (Twist twist : twists) {
            result = twist.admit.test(request, result);
        }
        return result;
    }

    public boolean reads(Request request, boolean honest) {
        boolean result = honest;
        for (Twist twist : twists) {
            result = twist.read.test(request, result);
        }
        return result;
    }
}

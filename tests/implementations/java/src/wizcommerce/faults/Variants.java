package wizcommerce.faults;

import java.util.List;
import java.util.stream.Stream;
import wizcommerce.model.Twist;

/** The conforming choices. */
public final class Variants {
    private Variants() {}

    public static List<Twist> all() {
        return Stream.of(RequestVariants.all(), AnswerVariants.all()).flatMap(List::stream).toList();
    }
}

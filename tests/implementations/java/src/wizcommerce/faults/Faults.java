package wizcommerce.faults;

import java.util.List;
import java.util.stream.Stream;
import wizcommerce.model.Twist;

/** All faults. Each call makes new ones, since some remember what was asked before. */
public final class Faults {
    private Faults() {}

    public static List<Twist> all() {
        return Stream.of(WritingFaults.all(), RepetitionFaults.all(), CheckingFaults.all(), TypeFaults.all(), RefusalFaults.all(),
                OtherRecordFaults.all(), AnswerFaults.all()).flatMap(List::stream).toList();
    }
}

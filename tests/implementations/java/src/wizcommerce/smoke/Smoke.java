package wizcommerce.smoke;

import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import wizcommerce.faults.Faults;
import wizcommerce.faults.Variants;
import wizcommerce.model.Behaviour;
import wizcommerce.model.Twist;
import wizcommerce.service.Server;

/** Asks the honest service and each twisted one the same, with a clock that stands still; each twist must show. */
public final class Smoke {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);
    private static final int AROUND = 60;

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private int failures;

    private Smoke() {}

    public static void main(String[] words) throws Exception {
        boolean verbose = List.of(words).contains("--verbose");
        Smoke smoke = new Smoke();
        smoke.honest();
        Map<String, List<Step>> cases = Cases.all();
        List<Twist> twists = Stream.concat(Faults.all().stream(), Variants.all().stream()).toList();
        for (Twist twist : twists) {
            smoke.compare(twist, cases.getOrDefault(twist.name, List.of()), verbose);
        }
        System.out.println(twists.size() + " twists, " + smoke.failures + " failures");
        System.exit(smoke.failures == 0 ? 0 : 1);
    }

    private void honest() throws Exception {
        for (Honest.Case expected : Honest.all()) {
            String last = "";
            try (Server server = new Server(0, new Behaviour(List.of()), CLOCK)) {
                for (Step step : expected.steps()) {
                    last = step.sent(client, server.url());
                }
            }
            if (!last.startsWith(expected.status() + " ") || !expected.parts().stream().allMatch(last::contains)) {
                failures++;
                System.out.println("WRONG " + expected + "\n  " + last);
            }
        }
    }

    private void compare(Twist twist, List<Step> steps, boolean verbose) throws Exception {
        List<String> honest = answers(List.of(), steps);
        List<String> twisted = answers(List.of(twist), steps);
        if (honest.equals(twisted)) {
            failures++;
            System.out.println("NOT SHOWN " + twist.name);
        } else if (verbose) {
            System.out.println(twist.name + ": " + twist.description);
            for (int i = 0; i < honest.size(); i++) {
                difference(i, honest.get(i), twisted.get(i));
            }
        }
    }

    private List<String> answers(List<Twist> twists, List<Step> steps) throws Exception {
        List<String> answers = new ArrayList<>();
        try (Server server = new Server(0, new Behaviour(twists), CLOCK)) {
            for (Step step : steps) {
                answers.add(step.sent(client, server.url()));
            }
        }
        return answers;
    }

    private static void difference(int step, String honest, String twisted) {
        int at = 0;
        while (at < Math.min(honest.length(), twisted.length()) && honest.charAt(at) == twisted.charAt(at)) {
            at++;
        }
        if (!honest.equals(twisted)) {
            System.out.println("  " + step + " honest:  " + around(honest, at) + "\n  " + step + " twisted: " + around(twisted,
                    at));
        }
    }

    private static String around(String text, int at) {
        return text.substring(0, 3) + " " + text.substring(Math.max(0, at - AROUND / 2), Math.min(text.length(), at + AROUND))
                .strip();
    }
}

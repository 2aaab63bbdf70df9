package wizcommerce.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import wizcommerce.faults.Faults;
import wizcommerce.faults.Variants;
import wizcommerce.json.JsonWriter;
import wizcommerce.model.Behaviour;
import wizcommerce.model.Seed;
import wizcommerce.model.Twist;

/** The command line. */
public final class Main {
    private static final String USAGE =
            "use: --port NUMBER --ready-file FILE [--fault NAME]... [--variant NAME]... | --list-faults | --list-variants";

    private int port;
    private Path readyFile;
    private final List<Twist> twists = new ArrayList<>();
    private Object listing;

    private Main(List<String> words) {
        for (Iterator<String> rest = words.iterator(); rest.hasNext();) {
            option(rest.next(), rest);
        }
    }

    public static void main(String[] words) throws IOException {
        try {
            new Main(List.of(words)).run();
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    private void option(String word, Iterator<String> rest) {
        switch (word) {
            case "--port" -> port = number(next(word, rest));
            case "--ready-file" -> readyFile = Path.of(next(word, rest));
            case "--fault" -> twists.add(named(Faults.all(), next(word, rest)));
            case "--variant" -> twists.add(named(Variants.all(), next(word, rest)));
            case "--list-faults" -> listing = Faults.all().stream().map(twist -> Seed.row("name", twist.name, "family",
                    twist.family,
                    "field", twist.field, "description", twist.description)).toList();
            case "--list-variants" -> listing = Variants.all().stream().map(twist -> Seed.row("name", twist.name,
                    "description", twist.description)).toList();
            default -> throw new IllegalArgumentException("unknown option " + word + "; " + USAGE);
        }
    }

    private static String next(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value; " + USAGE);
        }
        return rest.next();
    }

    private static int number(String word) {
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--port needs a number, not " + word);
        }
    }

    private static Twist named(List<Twist> twists, String name) {
        return twists.stream().filter(twist -> twist.name.equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no fault or variant " + name));
    }

    private void run() throws IOException {
        if (listing != null) {
            System.out.println(new JsonWriter(true, false).written(listing));
            return;
        }
        Server server = new Server(port, new Behaviour(twists), Clock.systemUTC());
        String ready = JsonWriter.text(ready(server.url()));
        System.out.println(ready);
        if (readyFile != null) {
            Path written = readyFile.resolveSibling(readyFile.getFileName() + ".new");
            Files.writeString(written, ready);
            Files.move(written, readyFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static Map<String, Object> ready(String url) {
        return Seed.row("url", url, "api", "wizcommerce", "auth", Map.of("ApiKeyAuth", Seed.KEY), "customer", Map.of("id",
                Seed.FIRST),
                "other_customer", Seed.row("path", Map.of("id", Seed.SECOND), "auth", null), "read", "/v1/customers/{id}",
                "values", Seed.references());
    }
}

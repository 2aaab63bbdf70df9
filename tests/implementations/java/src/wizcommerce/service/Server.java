package wizcommerce.service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import wizcommerce.model.Behaviour;
import wizcommerce.model.Reply;
import wizcommerce.model.Request;
import wizcommerce.model.Seed;
import wizcommerce.model.Store;

/** The customers over HTTP on the loopback interface. */
public final class Server implements AutoCloseable {
    private static final int LARGEST_BODY = 1 << 20;
    private static final int THREADS = 8;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Customers customers;

    /** Starts to serve; port 0 is any free one. */
    public Server(int port, Behaviour behaviour, Clock clock) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        Store store = new Store(clock);
        Seed.fill(store);
        customers = new Customers(store, behaviour);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Request request = received(exchange);
            send(exchange, request, customers.answer(request));
        }
    }

    private static Request received(HttpExchange exchange) throws IOException {
        Map<String, List<String>> headers = new HashMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
        InputStream input = exchange.getRequestBody();
        byte[] body = input.readNBytes(LARGEST_BODY);
        boolean tooLarge = input.transferTo(OutputStream.nullOutputStream()) > 0;
        return new Request(exchange.getRequestMethod(), exchange.getRequestURI().getPath(), headers, body, tooLarge);
    }

    private static void send(HttpExchange exchange, Request request, Reply reply) throws IOException {
        byte[] body = reply.bytes();
        reply.headers.forEach(exchange.getResponseHeaders()::set);
        if (request.method().equals("HEAD") || reply.status == 204 || reply.status == 304) {
            if (reply.status >= 400 || reply.status == 200) {
                exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
            }
            exchange.sendResponseHeaders(reply.status, -1);
            return;
        }
        exchange.sendResponseHeaders(reply.status, body.length == 0 ? -1 : reply.chunked ? 0 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }
}

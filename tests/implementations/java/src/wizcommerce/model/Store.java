package wizcommerce.model;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** The records in memory. A customer's document is never changed once it is published: a write puts a new one in its place. */
public final class Store {
    private final Map<String, Map<String, Object>> customers = new ConcurrentHashMap<>();
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Object>> salesReps = new LinkedHashMap<>();
    private final Map<String, Map<String, Object>> priceLists = new LinkedHashMap<>();
    private final AtomicLong lastId = new AtomicLong();
    private final Clock clock;

    public Store(Clock clock) {
        this.clock = clock;
    }

    /** The document of a customer, not to be changed; null for an unknown id. */
    public Map<String, Object> customer(String id) {
        return customers.get(id);
    }

    public void publish(Map<String, Object> document) {
        customers.put((String) document.get("id"), document);
    }

    /** Runs an action while no other action of this customer runs. */
    public <T> T alone(String id, Supplier<T> action) {
        ReentrantLock lock = locks.computeIfAbsent(id, key -> new ReentrantLock());
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    public Set<String> customerIds() {
        return customers.keySet();
    }

    public Map<String, Map<String, Object>> salesReps() {
        return salesReps;
    }

    public Map<String, Map<String, Object>> priceLists() {
        return priceLists;
    }

    /** The present time, as 2025-01-01T15:04:05Z. */
    public String now() {
        return Instant.now(clock).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** An id that no other row has. */
    public String newId() {
        return new java.util.UUID(0x5eed_0000_0000_4000L, 0x8000_0000_0000_0000L + lastId.incrementAndGet()).toString();
    }
}

<?php

declare(strict_types=1);

namespace Shop;

/** The routes, and what stands before them: token, rate limit, ability. */
final class Api
{
    private const METHODS = ['collection' => ['GET', 'HEAD', 'POST', 'OPTIONS'], 'record' => ['GET', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS']];

    /** @var array<string, string> */
    private array $headers = [];

    public function __construct(private readonly Database $database, private readonly Request $request)
    {
    }

    public function answer(): Answer
    {
        try {
            $answer = $this->routed();
        } catch (Answer $answer) {
        }
        $answer->headers += $this->headers;
        return $answer;
    }

    private function routed(): Answer
    {
        if (!preg_match('~^/api/(products|customers|coupons)(?:/([^/]+))?$~D', $this->request->path, $found)) {
            throw Answer::error(404, 'There is no such page.');
        }
        $methods = self::METHODS[isset($found[2]) ? 'record' : 'collection'];
        $allow = ['Allow' => implode(', ', $methods)];
        if ($this->request->method === 'OPTIONS') {
            return new Answer(204, null, $allow + (isset($found[2]) ? ['Accept-Patch' => 'application/json'] : []));
        }
        if (!in_array($this->request->method, $methods, true)) {
            throw Answer::error(405, "The {$this->request->method} method is not supported here.", $allow);
        }
        return $this->handled($this->kind($found[1]), $found[2] ?? null);
    }

    private function kind(string $name): Kind
    {
        return match ($name) {
            'products' => new Products($this->database),
            'customers' => new Customers($this->database),
            'coupons' => new Coupons($this->database),
        };
    }

    private function handled(Kind $kind, ?string $id): Answer
    {
        $open = $this->request->method === 'PATCH' && $kind instanceof Coupons && Choices::has('coupon-without-token');
        $token = $this->token();
        $this->throttle($token['token'] ?? $_SERVER['REMOTE_ADDR']);
        if ($token === null && !$open) {
            throw Answer::error(401, 'Unauthenticated.', ['WWW-Authenticate' => 'ApiToken realm="shop"']);
        }
        if ($token !== null && $this->request->method !== 'GET' && $token['abilities'] !== 'read,write') {
            throw Answer::error(403, 'The token has not the ability write.');
        }
        $store = $token['store_id'] ?? null;
        return $id === null ? $this->collection($kind, $store) : $this->record($kind, $id, $store);
    }

    private function token(): ?array
    {
        $token = $this->request->header('X-Api-Token');
        return $this->database->rows('SELECT * FROM tokens WHERE token = ?', $token)[0] ?? null;
    }

    /** Counts the request of a client in the window that runs, and ends it if it is one too many. */
    private function throttle(string $client): void
    {
        [$limit, $seconds] = Choices::has('short-window') ? [40, 2] : [(int) getenv('SHOP_PER_MINUTE'), 60];
        $now = time();
        $hit = $this->database->rows(
            'INSERT INTO hits VALUES (?1, ?2 + ?3, 1) ON CONFLICT (client) DO UPDATE SET
                count = CASE WHEN ends_at <= ?2 THEN 1 ELSE count + 1 END,
                ends_at = CASE WHEN ends_at <= ?2 THEN ?2 + ?3 ELSE ends_at END RETURNING *',
            $client,
            $now,
            $seconds,
        )[0];
        $this->headers = ['X-RateLimit-Limit' => (string) $limit, 'X-RateLimit-Remaining' => (string) max(0, $limit - $hit['count'])];
        if ($hit['count'] > $limit) {
            $date = gmdate('D, d M Y H:i:s', (int) $hit['ends_at']) . ' GMT';
            $after = Choices::has('short-window') ? $date : (string) ($hit['ends_at'] - $now);
            throw Answer::error(429, 'Too Many Attempts.', ['Retry-After' => $after]);
        }
    }

    private function collection(Kind $kind, int $store): Answer
    {
        if ($this->request->method === 'GET') {
            return (new Listing($this->database, $this->request))->page($kind, $store);
        }
        $record = $kind->changed(null, $this->request->object(), $store);
        $id = $this->database->save($kind->name(), $record);
        $place = ['Location' => "{$this->request->root()}/api/{$kind->name()}/$id"];
        return new Answer(201, ['data' => $kind->present(['id' => $id] + $record)], $place);
    }

    private function record(Kind $kind, string $id, ?int $store): Answer
    {
        $record = preg_match('/^[1-9]\d{0,17}$/D', $id) ? $this->database->find($kind->name(), (int) $id) : null;
        if ($record === null || ($store !== null && $record['store_id'] !== $store)) {
            $foreign = $record !== null && Choices::has('foreign-403');
            throw $foreign ? Answer::error(403, 'The record is of another store.') : Answer::error(404, 'There is no such record.');
        }
        $this->checkTag($kind, $record);
        return match ($this->request->method) {
            'GET' => new Answer(200, ['data' => $kind->present($record)]),
            'PATCH' => $this->patched($kind, $record),
            'DELETE' => $this->deleted($kind, $record),
        };
    }

    private function patched(Kind $kind, array $record): Answer
    {
        $anyType = $kind instanceof Products && Choices::has('text-plain-accepted');
        $after = $kind->changed($record, $this->request->object($anyType), $record['store_id']);
        $this->database->save($kind->name(), $after);
        $kind->afterSave($after);
        return new Answer(200, ['data' => $kind->present($after)]);
    }

    private function deleted(Kind $kind, array $record): Answer
    {
        $kind->beforeDelete($record);
        $this->database->rows("DELETE FROM {$kind->name()} WHERE id = ?", $record['id']);
        return new Answer(204);
    }

    private function checkTag(Kind $kind, array $record): void
    {
        $asked = $this->request->header('If-Match');
        $tag = Answer::tag(['data' => $kind->present($record)]);
        if (Choices::has('etags') && $asked !== '' && $asked !== '*' && !in_array($tag, array_map(trim(...), explode(',', $asked)), true)) {
            throw Answer::error(412, 'The record has changed since.', ['ETag' => $tag]);
        }
    }
}

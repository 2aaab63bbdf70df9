<?php

declare(strict_types=1);

namespace Babyland\Patches;

use Babyland\Answers\ErrorAnswers;
use Babyland\Answers\Representation;
use Babyland\Http\Request;
use Babyland\Http\Response;
use Babyland\Records\Customers;
use Babyland\Records\RecordCache;
use Babyland\Switches;

/** The partial update of one customer that exists and may be changed. */
final class Update
{
    /** @var array<string, Response> */
    private array $replays = [];

    public function __construct(
        private readonly Switches $switches,
        private readonly Customers $customers,
        private readonly RecordCache $cache,
        private readonly PatchBody $body,
        private readonly Validator $validator,
        private readonly WriteFaults $writeFaults,
        private readonly Representation $representation,
        private readonly ErrorAnswers $errors,
    ) {
    }

    public function apply(Request $request, int $id): Response
    {
        $record = $this->customers->find($id);
        $wanted = array_map('trim', explode(',', $request->header('if-match') ?? '*'));
        if ($this->switches->variant('etag') && !array_intersect($wanted, ['*', $this->representation->tag($record)])) {
            return $this->errors->detail(412, 'The customer has been changed meanwhile.');
        }
        try {
            $patch = $this->body->read($request->body);
        } catch (\JsonException $wrong) {
            return $this->errors->detail(400, "JSON parse error - {$wrong->getMessage()}.");
        } catch (Refused $refused) {
            return $this->errors->validation(['non_field_errors' => [$refused->getMessage()]]);
        }
        return $this->replayed("$id $request->body", fn (): Response => $this->patched($patch, $record));
    }

    /** @param \Closure(): Response $work */
    private function replayed(string $key, \Closure $work): Response
    {
        if (!$this->switches->fault('replay-cache-by-body')) {
            return $work();
        }
        return clone ($this->replays[$key] ??= $work());
    }

    /** @param array<string, mixed> $record */
    private function patched(\stdClass $patch, array $record): Response
    {
        [$changes, $errors] = $this->validator->check($patch, $record);
        if ($errors !== []) {
            $this->refused($patch, $record, $changes, $errors);
            return $this->errors->validation($errors);
        }
        $unchanged = $changes !== [] && array_replace_recursive($record, $changes) === $record;
        if ($unchanged && $this->switches->fault('unchanged-is-404')) {
            return $this->errors->detail(404, 'Not found.');
        }
        $this->write($this->addressed($patch, $record), $changes);
        return $this->representation->updated($this->answered($patch, $record), $changes);
    }

    /**
     * @param array<string, mixed> $record
     * @param array<string, mixed> $changes
     */
    private function write(array $record, array $changes): void
    {
        $changes = $this->writeFaults->apply($changes, $record);
        if (isset($changes['password'])) {
            $changes['password'] = password_hash($changes['password'], PASSWORD_BCRYPT, ['cost' => 4]);
        }
        if ($changes !== []) {
            $this->customers->update($record['id'], $changes);
            $this->cache->written($record['id'], $changes);
        }
    }

    /**
     * The record that is written: that of the path.
     *
     * @param array<string, mixed> $record
     * @return array<string, mixed>
     */
    private function addressed(\stdClass $patch, array $record): array
    {
        $named = is_int($patch->id ?? null) && $this->switches->fault('id-in-body-wins');
        return ($named ? $this->customers->find($patch->id) : null) ?? $record;
    }

    /**
     * @param array<string, mixed> $before
     * @return array<string, mixed>
     */
    private function answered(\stdClass $patch, array $before): array
    {
        $after = $this->customers->find($before['id']);
        return match (true) {
            $this->switches->fault('answer-before-update') => $before,
            $this->switches->fault('address-of-last-row') => [...$after, 'address' => $this->customers->lastAddress()],
            $this->switches->fault('id-echoed') => [...$after, 'id' => $patch->id ?? $after['id']],
            $this->switches->fault('answer-merged-recursively') && isset($patch->address) => [
                ...$after, 'address' => array_merge_recursive($before['address'], (array) $patch->address),
            ],
            default => $after,
        };
    }

    /**
     * Nothing is written of a refused patch, but by some faults.
     *
     * @param array<string, mixed> $record
     * @param array<string, mixed> $changes
     * @param array<string, mixed> $errors
     */
    private function refused(\stdClass $patch, array $record, array $changes, array $errors): void
    {
        $this->cache->refused($record['id'], $record, $changes);
        $sound = array_diff_key($changes, $errors);
        if ($this->switches->fault('saved-until-first-error')) {
            $names = array_keys((array) $patch);
            $earlier = array_slice($names, 0, $this->firstWrong($names, $errors));
            $this->write($record, array_intersect_key($sound, array_flip($earlier)));
        }
        if ($this->switches->fault('address-saved-before-checks')) {
            $this->write($record, array_intersect_key($sound, ['address' => 0]));
        }
        if ($this->switches->fault('wrong-address-rest-saved') && isset($errors['address'])) {
            $this->write($record, $sound);
        }
    }

    /**
     * @param list<int|string> $names
     * @param array<string, mixed> $errors
     */
    private function firstWrong(array $names, array $errors): int
    {
        foreach ($names as $position => $name) {
            if (isset($errors[$name])) {
                return $position;
            }
        }
        return count($names);
    }
}

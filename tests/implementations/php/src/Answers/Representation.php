<?php

declare(strict_types=1);

namespace Babyland\Answers;

use Babyland\Http\Response;
use Babyland\Switches;

/** A customer as shown. */
final class Representation
{
    private const SHOWN = [
        'id', 'first_name', 'last_name', 'date_joined', 'is_active', 'email', 'address', 'gender', 'phone', 'avatar',
        'last_login',
    ];

    public function __construct(private readonly Switches $switches, private readonly Json $json)
    {
    }

    /** @param array<string, mixed> $record */
    public function shown(array $record): Response
    {
        $flags = $this->switches->fault('numeric-strings-as-numbers') ? JSON_NUMERIC_CHECK : 0;
        return $this->json->response(200, $this->ordered($this->members($record)), $this->headers($record), $flags);
    }

    /**
     * @param array<string, mixed> $record
     * @param array<string, mixed> $changes
     */
    public function updated(array $record, array $changes): Response
    {
        if ($this->switches->fault('password-hash-shown')) {
            return $this->json->response(200, [...$this->members($record), 'password' => $record['password']]);
        }
        if ($this->switches->fault('is-active-as-int')) {
            return $this->json->response(200, [...$this->members($record), 'is_active' => (int) $record['is_active']]);
        }
        if ($this->switches->variant('answer-changed-only')) {
            $changed = array_intersect_key($this->members($record), ['id' => 0] + $changes);
            return $this->json->response(200, $changed, $this->headers($record));
        }
        $response = $this->shown($record);
        if ($this->switches->fault('created-on-address') && isset($changes['address'])) {
            $response->status = 201;
        }
        $response->body = $this->before($changes) . $response->body;
        return $response;
    }

    /** @param array<string, mixed> $record */
    public function tag(array $record): string
    {
        return '"' . sha1(json_encode($this->members($record) + ['updated_at' => $record['updated_at']])) . '"';
    }

    /** @param array<string, mixed> $changes */
    private function before(array $changes): string
    {
        return match (true) {
            $this->switches->fault('bom-before-json') => "\u{feff}",
            $this->switches->fault('warning-before-json') && isset($changes['last_name']) && !isset($changes['first_name'])
                => "\nWarning: Undefined array key \"first_name\" in /srv/app/src/FullName.php on line 14\n",
            default => '',
        };
    }

    /**
     * @param array<string, mixed> $record
     * @return array<string, mixed>
     */
    private function members(array $record): array
    {
        $members = [];
        foreach (self::SHOWN as $name) {
            $members[$name] = $record[$name];
        }
        if ($this->switches->variant('dates-in-utc')) {
            $members['date_joined'] = $this->utc($members['date_joined']);
            $members['last_login'] = $members['last_login'] === null ? null : $this->utc($members['last_login']);
        }
        if ($this->switches->variant('more-members')) {
            $members += ['dob' => null, 'email_verified' => true, 'updated_at' => $record['updated_at'], 'groups' => []];
        }
        return $members;
    }

    /**
     * @param array<string, mixed> $members
     * @return array<string, mixed>
     */
    private function ordered(array $members): array
    {
        if ($this->switches->variant('keys-sorted')) {
            ksort($members);
            ksort($members['address']);
        }
        return $members;
    }

    private function utc(string $time): string
    {
        return (new \DateTimeImmutable($time))->setTimezone(new \DateTimeZone('UTC'))->format('Y-m-d\TH:i:s\Z');
    }

    /**
     * @param array<string, mixed> $record
     * @return array<string, string>
     */
    private function headers(array $record): array
    {
        return $this->switches->variant('etag') ? ['ETag' => $this->tag($record)] : [];
    }
}

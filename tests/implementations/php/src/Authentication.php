<?php

declare(strict_types=1);

namespace Babyland;

use Babyland\Http\Request;
use Babyland\Records\Customers;

/** Bearer tokens (RFC 6750); each speaks for one customer. */
final class Authentication
{
    public function __construct(private readonly Switches $switches, private readonly Customers $customers)
    {
    }

    /** The customer that a request comes from, or null. */
    public function customer(Request $request): ?int
    {
        if (!preg_match('/^Bearer +([A-Za-z0-9._~+\/-]+=*)$/Di', $request->header('authorization') ?? '', $found)) {
            return null;
        }
        foreach ($this->customers->tokens() as $id => $token) {
            if ($this->same($token, $found[1])) {
                return $this->admitted($id);
            }
        }
        return null;
    }

    private function same(string $token, string $given): bool
    {
        return match (true) {
            $this->switches->fault('token-prefix') => strncmp($token, $given, 16) === 0,
            $this->switches->fault('token-any-case') => strcasecmp($token, $given) === 0,
            default => hash_equals($token, $given),
        };
    }

    private function admitted(int $id): ?int
    {
        if ($this->switches->variant('inactive-locked-out') && !$this->customers->find($id)['is_active']) {
            return null;
        }
        if ($this->switches->variant('last-login-moves')) {
            $this->customers->noteLogin($id);
        }
        return $id;
    }
}

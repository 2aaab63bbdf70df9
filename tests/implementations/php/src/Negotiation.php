<?php

declare(strict_types=1);

namespace Babyland;

use Babyland\Http\Request;

/** Which answers may be sent and which bodies are read: JSON only (RFC 9110, 12.5.1 and 15.5.16). */
final class Negotiation
{
    public function __construct(private readonly Switches $switches)
    {
    }

    public function answerable(Request $request): bool
    {
        $accept = trim($request->header('accept') ?? '');
        if ($accept === '' || $this->switches->variant('accept-ignored')) {
            return true;
        }
        $ranges = explode(',', strtolower($accept));
        if ($this->switches->fault('accept-first-only')) {
            $ranges = array_slice($ranges, 0, 1);
        }
        $best = [0, 0.0];
        foreach ($ranges as $range) {
            $best = max($best, $this->rank($range));
        }
        return $best[1] > 0;
    }

    /** @return array{int, float} how closely a range names JSON, and its weight */
    private function rank(string $range): array
    {
        $parts = array_map('trim', explode(';', $range));
        $ranks = ['*/*' => 1, 'application/*' => 2, 'application/json' => 3];
        if ($this->switches->fault('accept-wildcard-unknown')) {
            unset($ranks['*/*'], $ranks['application/*']);
        }
        $weight = 1.0;
        foreach (array_slice($parts, 1) as $parameter) {
            $weight = preg_match('/^q\s*=\s*([0-9.]+)$/', $parameter, $found) ? (float) $found[1] : $weight;
        }
        return isset($ranks[$parts[0]]) ? [$ranks[$parts[0]], $weight] : [0, 0.0];
    }

    public function readable(Request $request): bool
    {
        if ($request->body === '' || $this->switches->fault('any-media-type')) {
            return true;
        }
        $header = $request->header('content-type') ?? '';
        if ($this->switches->fault('content-type-exact')) {
            return $header === 'application/json';
        }
        $type = strtolower(trim(explode(';', $header)[0]));
        $merging = $this->switches->variant('merge-patch-read');
        $types = ['application/json', ...($merging ? ['application/merge-patch+json'] : [])];
        $coding = strtolower($request->header('content-encoding') ?? 'identity');
        return in_array($type, $types, true) && $coding === 'identity';
    }
}

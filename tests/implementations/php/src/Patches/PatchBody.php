<?php

declare(strict_types=1);

namespace Babyland\Patches;

use Babyland\Switches;

/** The patch in a request's body. */
final class PatchBody
{
    public function __construct(private readonly Switches $switches)
    {
    }

    /**
     * An absent body is an empty patch.
     *
     * @throws \JsonException if it is not JSON
     * @throws Refused if it is no object
     */
    public function read(string $body): \stdClass
    {
        if ($body === '') {
            return new \stdClass();
        }
        if ($this->switches->fault('malformed-json-is-empty')) {
            $value = json_decode($body) ?? new \stdClass();
        } else {
            $value = json_decode($body, false, 512, JSON_THROW_ON_ERROR);
        }
        return $value instanceof \stdClass ? $value : throw new Refused('Invalid data. Expected an object.');
    }
}

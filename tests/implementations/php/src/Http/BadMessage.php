<?php

declare(strict_types=1);

namespace Babyland\Http;

/** What came is no HTTP request that can be served; the connection ends after the answer, as its framing is lost. */
final class BadMessage extends \RuntimeException
{
    public function __construct(public readonly int $status, string $message)
    {
        parent::__construct($message);
    }
}

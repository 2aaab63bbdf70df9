<?php

declare(strict_types=1);

namespace Babyland\Patches;

/** A value was refused; the message is for its sender. */
final class Refused extends \RuntimeException
{
}

#!/usr/bin/env php
<?php

// Proves the honest service, and each fault and variant once, by the request that shows it. Names as arguments choose some.

declare(strict_types=1);

use Babyland\Smoke\Client;

require __DIR__ . '/smoke/Reply.php';
require __DIR__ . '/smoke/Client.php';

exit(smoke(array_slice($argv, 1)));

/** @param list<string> $chosen */
function smoke(array $chosen): int
{
    $wrong = $done = 0;
    foreach (cases() as [$name, $options, $look, $expected]) {
        if ($chosen !== [] && !in_array($name, $chosen, true)) {
            continue;
        }
        $seen = with_service($options, $look);
        $done++;
        if ($seen !== $expected) {
            $wrong++;
            $how = implode(' ', $options) ?: 'honest';
            echo "$name ($how): expected ", json_encode($expected), ', saw ', json_encode($seen), "\n";
        }
    }
    foreach (['fault', 'variant'] as $kind) {
        $uneven = uneven($kind);
        $wrong += count($uneven);
        echo $uneven === [] ? '' : "either no case or no such $kind: " . implode(', ', $uneven) . "\n";
    }
    echo "$done looks, $wrong wrong\n";
    return $wrong === 0 && $done > 0 ? 0 : 1;
}

/** @return Generator<array{string, list<string>, Closure(Client): mixed, mixed}> */
function cases(): Generator
{
    foreach (require __DIR__ . '/smoke/honest.php' as $name => [$look, $expected]) {
        yield [$name, [], $look, $expected];
    }
    foreach (['fault', 'variant'] as $kind) {
        foreach (table($kind) as $name => [$look, $honest, $other]) {
            yield [$name, [], $look, $honest];
            yield [$name, ["--$kind", $name], $look, $other];
        }
    }
}

/** @return array<string, array{Closure(Client): mixed, mixed, mixed}> */
function table(string $kind): array
{
    static $tables = [];
    return $tables[$kind] ??= require __DIR__ . "/smoke/{$kind}s.php";
}

/** @return list<string> names that stand in the list or in the table alone */
function uneven(string $kind): array
{
    $listed = array_column(require __DIR__ . "/catalogue/{$kind}s.php", 'name');
    $tested = array_keys(table($kind));
    return [...array_diff($listed, $tested), ...array_diff($tested, $listed)];
}

/**
 * @param list<string> $options
 * @param Closure(Client): mixed $look
 */
function with_service(array $options, Closure $look): mixed
{
    $file = tempnam(sys_get_temp_dir(), 'ready');
    unlink($file);
    $command = [PHP_BINARY, __DIR__ . '/run.php', '--port', '0', '--ready-file', $file, ...$options];
    $process = proc_open($command, [1 => ['file', '/dev/null', 'w'], 2 => ['file', '/dev/null', 'w']], $pipes);
    try {
        for ($left = 500; !is_file($file) && $left > 0; $left--) {
            usleep(10_000);
            clearstatcache();
        }
        $ready = json_decode(file_get_contents($file), true, 512, JSON_THROW_ON_ERROR);
        return $look(new Client(substr($ready['url'], strlen('http://'))));
    } catch (Throwable $error) {
        return get_class($error) . ': ' . $error->getMessage();
    } finally {
        proc_terminate($process);
        proc_close($process);
        @unlink($file);
    }
}

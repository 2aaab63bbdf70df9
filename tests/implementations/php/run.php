#!/usr/bin/env php
<?php

declare(strict_types=1);

use Babyland\Service;
use Babyland\Switches;

const USAGE = "usage: run.php --port PORT --ready-file FILE [--fault NAME]... [--variant NAME]..."
    . " | --list-faults | --list-variants\n";

spl_autoload_register(function (string $class): void {
    require __DIR__ . '/src/' . strtr(substr($class, strlen('Babyland\\')), '\\', '/') . '.php';
});

exit(main(array_slice($argv, 1)));

/** @param list<string> $arguments */
function main(array $arguments): int
{
    try {
        $options = options($arguments);
        foreach (['fault', 'variant'] as $kind) {
            if (isset($options["list-{$kind}s"])) {
                $flags = JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE;
                echo json_encode(Switches::catalogue($kind), $flags), "\n";
                return 0;
            }
        }
        $port = filter_var($options['port'] ?? 0, FILTER_VALIDATE_INT, ['options' => ['min_range' => 0, 'max_range' => 65535]]);
        if ($port === false) {
            throw new InvalidArgumentException('a port is a number from 0 (a free one) to 65535');
        }
        serve($port, $options['ready-file'] ?? null, new Switches($options['fault'] ?? [], $options['variant'] ?? []));
    } catch (InvalidArgumentException $wrong) {
        fwrite(STDERR, "run.php: {$wrong->getMessage()}\n" . USAGE);
        return 2;
    }
    return 0;
}

/**
 * @param list<string> $arguments
 * @return array<string, mixed>
 */
function options(array $arguments): array
{
    $options = [];
    while (($word = array_shift($arguments)) !== null) {
        $name = substr($word, 2);
        if (in_array($word, ['--list-faults', '--list-variants'], true)) {
            $options[$name] = true;
            continue;
        }
        $value = in_array($word, ['--port', '--ready-file', '--fault', '--variant'], true) ? array_shift($arguments) : null;
        if ($value === null) {
            throw new InvalidArgumentException("\"$word\" is no option, or lacks its value");
        }
        if ($name === 'fault' || $name === 'variant') {
            $options[$name][] = $value;
        } else {
            $options[$name] = $value;
        }
    }
    return $options;
}

function serve(int $port, ?string $readyFile, Switches $switches): void
{
    $folder = sys_get_temp_dir() . '/babyland-' . bin2hex(random_bytes(6));
    mkdir($folder, 0700);
    try {
        $server = Service::server($port, "$folder/customers.sqlite", $switches);
        pcntl_async_signals(true);
        foreach ([SIGTERM, SIGINT] as $signal) {
            pcntl_signal($signal, $server->stop(...), false);
        }
        announce($server->url(), $readyFile);
        $server->run();
    } finally {
        array_map('unlink', glob("$folder/*"));
        rmdir($folder);
    }
}

/** The listener has its backlog already, so whoever reads the file is served. */
function announce(string $url, ?string $readyFile): void
{
    $ready = json_encode(Service::ready($url), JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES);
    if ($readyFile !== null) {
        file_put_contents("$readyFile.part", $ready);
        rename("$readyFile.part", $readyFile);
    }
    echo $ready, "\n";
}

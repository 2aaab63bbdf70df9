<?php

/** Starts the service: makes the database, runs PHP's built-in server on a free port, and ends it at SIGTERM. */

declare(strict_types=1);

spl_autoload_register(fn (string $class) => require __DIR__ . '/src/' . substr($class, strlen('Shop\\')) . '.php');

const USAGE = 'usage: php run.php --port N --ready-file FILE [--fault NAME]... [--variant NAME]... [--per-minute N] | --list-faults | --list-variants';

function fail(string $message): never
{
    fwrite(STDERR, "$message\n");
    exit(2);
}

/** @return array<string, list<string>> the options, each with its values */
function options(array $arguments): array
{
    $options = ['port' => [], 'ready-file' => [], 'fault' => [], 'variant' => [], 'per-minute' => []];
    while ($arguments !== []) {
        $name = substr((string) array_shift($arguments), 2);
        if (!isset($options[$name]) || $arguments === []) {
            fail(USAGE);
        }
        $options[$name][] = (string) array_shift($arguments);
    }
    $unknown = array_merge(
        array_diff($options['fault'], array_keys(Shop\Choices::FAULTS)),
        array_diff($options['variant'], array_keys(Shop\Choices::VARIANTS)),
    );
    return $unknown === [] ? $options : fail('There is no fault or variant of the name ' . implode(', ', $unknown) . '.');
}

function freePort(): int
{
    $socket = stream_socket_server('tcp://127.0.0.1:0') ?: fail('No port is free.');
    $port = (int) substr(strrchr(stream_socket_get_name($socket, false), ':'), 1);
    fclose($socket);
    return $port;
}

/** @return resource */
function serve(int $port, string $database, array $choices, int $perMinute)
{
    $settings = ['display_errors=0', 'log_errors=1', 'expose_php=0', 'enable_post_data_reading=0', 'opcache.enable_cli=1', 'date.timezone=UTC'];
    $flags = array_merge(...array_map(fn ($setting) => ['-d', $setting], $settings));
    $environment = ['SHOP_DATABASE' => $database, 'SHOP_CHOICES' => implode(',', $choices), 'SHOP_PER_MINUTE' => (string) $perMinute] + getenv();
    $command = [PHP_BINARY, '-q', ...$flags, '-S', "127.0.0.1:$port", __DIR__ . '/server.php'];
    $quiet = [['file', '/dev/null', 'r'], ['file', '/dev/null', 'w'], ['file', "$database.log", 'w']];
    return proc_open($command, $quiet, $pipes, __DIR__, $environment);
}

function awaitServer(int $port): void
{
    for ($tries = 0; $tries < 500; ++$tries) {
        $socket = @stream_socket_client("tcp://127.0.0.1:$port", $code, $message, 1);
        if ($socket !== false) {
            fclose($socket);
            return;
        }
        usleep(20_000);
    }
    fail('The server does not answer.');
}

/** One PATCH operation, the records that it may be tried on, and the GET that shows them. */
function operation(string $name, int $record, int $other): array
{
    return [
        'method' => 'PATCH',
        'path' => "/{$name}s/{{$name}}",
        'read' => "/{$name}s/{{$name}}",
        'token' => Shop\Seed::TOKEN,
        'record' => ['path' => [$name => $record]],
        'other' => ['path' => [$name => $other], 'token' => Shop\Seed::OTHER_TOKEN],
    ];
}

function tell(string $file, int $port): void
{
    $ready = [
        'url' => "http://127.0.0.1:$port/api",
        'api' => 'shop',
        'openapi' => __DIR__ . '/openapi.yaml',
        'operations' => array_map(operation(...), ['product', 'customer', 'coupon'], [1001, 201, 71], [1003, 203, 73]),
        'auth' => ['apiToken' => Shop\Seed::TOKEN],
        'customer' => ['product' => 1001, 'customer' => 201, 'coupon' => 71],
        'other_customer' => ['path' => ['product' => 1003, 'customer' => 203, 'coupon' => 73], 'auth' => ['apiToken' => Shop\Seed::OTHER_TOKEN]],
        'values' => ['product_ids' => [1001, 1002]],
    ];
    file_put_contents("$file.part", json_encode($ready));
    rename("$file.part", $file);
}

function main(array $arguments): void
{
    $asked = array_intersect($arguments, ['--list-faults', '--list-variants']);
    if ($asked !== []) {
        echo json_encode(in_array('--list-faults', $asked, true) ? Shop\Choices::faults() : Shop\Choices::variants(), JSON_PRETTY_PRINT), "\n";
        return;
    }
    $options = options($arguments);
    $ended = false;
    pcntl_async_signals(true);
    foreach ([SIGTERM, SIGINT] as $signal) {
        pcntl_signal($signal, function () use (&$ended) {
            $ended = true;
        });
    }
    $file = tempnam(sys_get_temp_dir(), 'shop');
    $database = new Shop\Database($file);
    $database->migrate();
    (new Shop\Seed($database))->run();
    $port = (int) ($options['port'][0] ?? 0) ?: freePort();
    $server = serve($port, $file, [...$options['fault'], ...$options['variant']], (int) ($options['per-minute'][0] ?? 600));
    awaitServer($port);
    tell($options['ready-file'][0] ?? fail(USAGE), $port);
    while (!$ended && proc_get_status($server)['running']) {
        usleep(50_000);
    }
    proc_terminate($server);
    proc_close($server);
    array_map(unlink(...), glob("$file*"));
}

main(array_slice($argv, 1));

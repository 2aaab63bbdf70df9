<?php

/** The front controller: PHP's built-in server runs it for each request. */

declare(strict_types=1);

spl_autoload_register(fn (string $class) => require __DIR__ . '/src/' . substr($class, strlen('Shop\\')) . '.php');

$database = new Shop\Database((string) getenv('SHOP_DATABASE'));
$request = new Shop\Request();
$database->pdo->exec('BEGIN IMMEDIATE');
$answer = (new Shop\Api($database, $request))->answer();
$database->pdo->exec('COMMIT');
$answer->send($request);

<?php

declare(strict_types=1);

namespace Babyland;

use Babyland\Answers\ErrorAnswers;
use Babyland\Answers\Json;
use Babyland\Answers\Representation;
use Babyland\Http\MessageWriter;
use Babyland\Http\Request;
use Babyland\Http\Response;
use Babyland\Http\Server;
use Babyland\Patches\Messages;
use Babyland\Patches\PatchBody;
use Babyland\Patches\Update;
use Babyland\Patches\Validator;
use Babyland\Patches\ValueRules;
use Babyland\Patches\WriteFaults;
use Babyland\Records\Customers;
use Babyland\Records\RecordCache;
use Babyland\Records\SampleData;

/** Puts the parts together. */
final class Service
{
    public static function server(int $port, string $database, Switches $switches): Server
    {
        $customers = new Customers($database, $switches);
        $cache = new RecordCache($switches, $customers);
        $json = new Json($switches);
        $errors = new ErrorAnswers($switches, $json);
        $representation = new Representation($switches, $json);
        $messages = new Messages($switches);
        $validator = new Validator($switches, new ValueRules($switches, $messages), $messages, $customers);
        $body = new PatchBody($switches);
        $faults = new WriteFaults($switches);
        $update = new Update($switches, $customers, $cache, $body, $validator, $faults, $representation, $errors);
        $negotiation = new Negotiation($switches);
        $authentication = new Authentication($switches, $customers);
        $application = new Application($switches, $errors, $authentication, $negotiation, $cache, $representation, $update);
        return new Server(
            $port,
            fn (Request $request): Response => $application->answer($request),
            fn (int $status, string $message): Response => $errors->detail($status, $message),
            new MessageWriter($switches),
        );
    }

    /** @return array<string, mixed> what a client needs to know of a fresh service */
    public static function ready(string $url): array
    {
        return [
            'url' => $url,
            'api' => 'babyland',
            'auth' => ['bearerAuth' => SampleData::TOKENS[SampleData::MAIN]],
            'customer' => ['id' => SampleData::MAIN],
            'other_customer' => [
                'path' => ['id' => SampleData::OTHER],
                'auth' => ['bearerAuth' => SampleData::TOKENS[SampleData::OTHER]],
            ],
            'read' => '/api/customer/{id}/',
            'values' => new \stdClass(),
        ];
    }
}

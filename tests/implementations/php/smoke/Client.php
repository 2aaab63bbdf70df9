<?php

declare(strict_types=1);

namespace Babyland\Smoke;

/** Speaks to one service as customer 57, over plain sockets so that the framing of answers is seen as it is. */
final class Client
{
    public const TOKEN = 'pk_live_7c1fA09be2Kq5rT8uVwXyZ';
    private const OTHER_TOKEN = 'pk_live_3dB46Ea17mN2oP9sLhGjQc';

    public function __construct(private readonly string $address)
    {
    }

    /**
     * @param array<string, mixed>|string $body
     * @param array<string, string|null> $headers null leaves one out
     */
    public function patch(array|string $body, array $headers = [], string $id = '57'): Reply
    {
        $json = is_string($body) ? $body : json_encode((object) $body, JSON_THROW_ON_ERROR);
        return $this->send('PATCH', $id, $headers + ['Content-Type' => 'application/json'], $json);
    }

    /** @param array<string, string|null> $headers */
    public function get(string $id = '57', array $headers = []): Reply
    {
        return $this->send('GET', $id, $headers, '');
    }

    /** What GET shows of a customer after some patches. */
    public function shown(string $field, mixed ...$patches): mixed
    {
        foreach ($patches as $patch) {
            $this->patch($patch);
        }
        return $this->get()->at($field);
    }

    public function other(string $field): mixed
    {
        return $this->get('58', ['Authorization' => 'Bearer ' . self::OTHER_TOKEN])->at($field);
    }

    /** @param array<string, string|null> $headers */
    public function send(string $method, string $id, array $headers, string $body): Reply
    {
        $length = $body === '' ? [] : ['Content-Length' => (string) strlen($body)];
        $headers += ['Host' => $this->address, 'Authorization' => 'Bearer ' . self::TOKEN, 'Connection' => 'close', ...$length];
        $head = "$method /api/customer/$id/ HTTP/1.1\r\n";
        foreach (array_filter($headers, is_string(...)) as $name => $value) {
            $head .= "$name: $value\r\n";
        }
        return $this->raw("$head\r\n$body");
    }

    /** Sends bytes and reads until the service closes. */
    public function raw(string $bytes): Reply
    {
        $socket = stream_socket_client("tcp://$this->address", $code, $reason, 5);
        stream_set_timeout($socket, 5);
        fwrite($socket, $bytes);
        $answer = stream_get_contents($socket);
        fclose($socket);
        return new Reply($answer);
    }
}

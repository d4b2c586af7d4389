<?php
// The shop's configuration as Laravel has it: once it is cached, `.env` is not read at all.
declare(strict_types=1);

const CACHED = __DIR__ . '/bootstrap/cache/config.php';

function config(): array
{
    return is_file(CACHED) ? require CACHED : from_env(__DIR__ . '/.env');
}

function from_env(string $file): array
{
    $env = parse_ini_file($file, false, INI_SCANNER_RAW);
    return [
        'app' => ['name' => $env['APP_NAME'], 'host' => $env['SHOP_HOST']],
        'database' => [
            'default' => $env['DB_CONNECTION'],
            'connections' => [
                'pgsql' => [
                    'driver' => 'pgsql',
                    'host' => $env['DB_HOST'],
                    'port' => $env['DB_PORT'],
                    'database' => $env['DB_DATABASE'],
                    'username' => $env['DB_USERNAME'],
                    'password' => $env['DB_PASSWORD'],
                ],
            ],
        ],
    ];
}

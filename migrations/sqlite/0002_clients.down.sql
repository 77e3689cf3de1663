DROP TABLE client_credentials;
DROP TABLE clients;
